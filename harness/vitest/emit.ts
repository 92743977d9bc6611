import { addMapping, GenMapping, setSourceContent, toEncodedMap } from '@jridgewell/gen-mapping'
import { expandCase } from '../cases/expand-case.ts'
import type { CaseDefinition, CaseFile, ExpandedCase } from '../cases/model.ts'
import type { Place } from '../errors.ts'
import { DEFAULT_CASE_TIMEOUT } from '../run/case-timeout.ts'
import type { CaseMeta } from './case-meta.ts'
import { toSource } from './to-source.ts'

/** Leasing, collecting evidence and tearing down have budgets of their own beyond the case's; vitest's timeout is only the net below. */
const BEYOND_CASE = 12 * 60_000

export type EmitOptions = {
  readonly file: CaseFile
  /** Absolute path of the case file: the source of the map. */
  readonly id: string
  readonly text: string
  /** What the module imports its runtime from. */
  readonly runtime: string
}

export type EmittedModule = { readonly code: string; readonly map: ReturnType<typeof toEncodedMap> }

/** A case file as a test module: one test per expanded case, at the case's line, with one awaited line per step. */
export function emit({ file, id, text, runtime }: EmitOptions): EmittedModule {
  const map = new GenMapping({ file: id })
  setSourceContent(map, id, text)
  const code: string[] = []
  const line = (generated: string, place?: Place) => {
    code.push(generated)
    if (place?.line === undefined) return
    // one mapping at column 0 serves the whole generated line
    addMapping(map, {
      generated: { line: code.length, column: 0 },
      source: id,
      original: { line: place.line, column: (place.column ?? 1) - 1 },
    })
  }
  line(`import { caseModule, describe, test } from ${JSON.stringify(runtime)}`)
  line(`const file = caseModule(${toSource(file)})`)
  line(`describe(${JSON.stringify(file.suite)}, () => {`, file.place)
  line('file.hooks()', file.place)
  for (const [index, one] of file.cases.entries()) {
    for (const [cell, expanded] of expandCase(one, file.vars).entries())
      emitCase(line, { file, one, index, cell, expanded })
  }
  line('})')
  return { code: code.join('\n'), map: toEncodedMap(map) }
}

type CaseToEmit = {
  readonly file: CaseFile
  readonly one: CaseDefinition
  readonly index: number
  readonly cell: number
  readonly expanded: ExpandedCase
}

function emitCase(line: (code: string, place?: Place) => void, { file, one, index, cell, expanded }: CaseToEmit): void {
  const retry = one.retry || file.retry
  const options = {
    tags: [...new Set([...file.tags, ...one.tags])],
    timeout: ((one.timeout ?? DEFAULT_CASE_TIMEOUT) + BEYOND_CASE) * (retry + 1),
    meta: { assay: JSON.stringify(metaOf(file, expanded)) },
  }
  const name = JSON.stringify(testName(expanded))
  line(`test(${name}, ${JSON.stringify(options)}, async ({ task, signal, skip }) => {`, one.place)
  if (retry > 0) line('for (let attempt = 0; ; attempt++) {')
  const attempt = retry > 0 ? ', attempt' : ''
  line(`const run = file.start({ task, signal, skip }, ${index}, ${cell}${attempt})`)
  line('try {')
  line('await run.open()', one.place)
  for (const [number, step] of one.steps.entries()) line(`await run.step(${number})`, step.place)
  line('await run.passed()', one.place)
  line('} catch (error) { await run.failed(error) } finally { await run.close() }', one.place)
  if (retry > 0) line(`if (attempt < ${retry} && run.retryable) continue`)
  line('run.settle()', one.place)
  if (retry > 0) line('break }')
  line('})')
}

/** `KL-HA-001 committed rows survive SIGKILL [signal=SIGKILL]`. */
function testName({ definition, name, label }: ExpandedCase): string {
  return [definition.id, name, ...(label === '' ? [] : [`[${label}]`])].join(' ')
}

function metaOf(file: CaseFile, { definition, key, name, label }: ExpandedCase): CaseMeta {
  const about = definition.about ?? file.about
  const owner = definition.owner ?? file.owner
  return {
    id: definition.id,
    key,
    name,
    ...(label === '' ? {} : { cell: label }),
    suite: file.suite,
    ...(about === undefined ? {} : { about }),
    system: file.targets[0]?.name.split('.')[0] ?? file.suite.split('/')[0] ?? file.suite,
    file: file.file,
    line: definition.place.line ?? 1,
    ...(owner === undefined ? {} : { owner }),
    tags: [...new Set([...file.tags, ...definition.tags])],
    links: { ...file.links, ...definition.links },
  }
}
