import { AssayError } from '../errors.ts'
import { CaseFileError } from './case-file-error.ts'
import { CaseText, type Path } from './case-text.ts'
import { type CompositeSource, parseComposites } from './composites.ts'
import { expandCase } from './expand-case.ts'
import { isPlainObject } from './interpolate.ts'
import { check } from './issues.ts'
import { parseMatrix } from './matrix.ts'
import type { CaseDefinition, CaseFile, TargetUse } from './model.ts'
import { complain, type Reading, withoutUndefined } from './reading.ts'
import type { CaseRegistry } from './registry.ts'
import { COMMON_NAMES } from './reserved.ts'
import { caseShape, fileShape } from './schema.ts'
import { parseShared } from './shared-part.ts'
import { checkEndpoints } from './static-endpoints.ts'
import { checkReferences, checkStepReferences, checkVars } from './static-references.ts'
import { parseSteps } from './steps.ts'
import { didYouMean } from './suggest.ts'

export { CaseFileError } from './case-file-error.ts'

export type LoadOptions = {
  readonly file: string
  readonly text: string
  readonly registry: CaseRegistry
  /** Text of a file of `use`, and its name for messages; the path is relative to the case file. */
  readonly read: (use: string) => CompositeSource
}

/** A case file from its text: checked, with places, its matrices expanded. Throws CaseFileError. */
export function loadCaseFile({ file, text, registry, read }: LoadOptions): CaseFile {
  const problems: AssayError[] = []
  try {
    const source = new CaseText(file, text)
    const loaded = readFile(source, { registry, problems, read })
    if (loaded && problems.length === 0) return loaded
  } catch (error) {
    if (!(error instanceof AssayError)) throw error
    problems.push(error)
  }
  throw new CaseFileError(file, problems)
}

type Loading = Pick<Reading, 'registry' | 'problems'> & Pick<LoadOptions, 'read'>

function readFile(source: CaseText, { registry, problems, read }: Loading): CaseFile | undefined {
  const raw = source.value
  if (raw === null || raw === undefined) {
    complain({ source, problems }, 'ASSAY_CASE_EMPTY', 'the file is empty', { at: [] })
    return undefined
  }
  problems.push(...check(fileShape, raw, source, []))
  if (!isPlainObject(raw) || !Array.isArray(raw.cases)) return undefined
  const uses = Array.isArray(raw.use) ? raw.use.map(String) : []
  const sources = uses.flatMap((use, index) => readUse(read, use, { at: ['use', index], source, problems }) ?? [])
  const composites = parseComposites(sources, registry, problems)
  const reading: Reading = { source, registry, composites: new Map(Object.entries(composites)), problems }

  const shared = parseShared(raw, [], reading)
  const names = new Set<string>(COMMON_NAMES)
  checkVars(shared.vars, ['vars'], names, reading)
  checkStepReferences(shared.setup, names, reading)
  // what the cases save is theirs: the file's teardown does not see it
  checkStepReferences(shared.teardown, new Set(names), reading)
  const cases = raw.cases.flatMap(
    (one, index) => readCase(one, ['cases', index], { names, vars: shared.vars, reading }) ?? [],
  )
  checkIds(cases, reading)
  const targets = targetsOf(raw.targets, reading)
  for (const { setup, teardown } of [shared, ...cases]) checkEndpoints([...setup, ...teardown], targets, reading)
  for (const { steps } of cases) checkEndpoints(steps, targets, reading)
  return withoutUndefined({
    ...shared,
    file: source.file,
    suite: String(raw.suite),
    about: raw.about as string | undefined,
    place: source.place(['suite']),
    targets,
    cases,
    composites,
    uses: sources.map(({ file }) => file),
  })
}

type Surroundings = {
  /** What the file's vars and set-up leave to its cases. */
  readonly names: ReadonlySet<string>
  readonly vars: CaseFile['vars']
  readonly reading: Reading
}

function readCase(raw: unknown, path: Path, { names, vars, reading }: Surroundings): CaseDefinition | undefined {
  const { source, problems } = reading
  const before = problems.length
  problems.push(...check(caseShape, raw, source, path))
  const wrong = problems.length > before
  if (!isPlainObject(raw)) return undefined
  const shared = parseShared(raw, path, reading)
  const matrix = parseMatrix(raw, path, reading)
  const steps = parseSteps(raw.steps, [...path, 'steps'], reading)
  const known = new Set([...names, ...matrix.names])
  checkVars(shared.vars, [...path, 'vars'], known, reading)
  const naming = new Set([...matrix.names, ...Object.keys(vars), ...Object.keys(shared.vars), 'case'])
  checkReferences(raw.name, [...path, 'name'], naming, reading)
  checkStepReferences(shared.setup, known, reading)
  checkStepReferences(steps, known, reading)
  checkStepReferences(shared.teardown, known, reading)
  // the rest was read so that all of the case's mistakes are told at once
  if (wrong) return undefined
  const definition: CaseDefinition = withoutUndefined({
    ...shared,
    id: String(raw.id),
    name: String(raw.name),
    about: raw.about as string | undefined,
    place: source.place([...path, 'id']),
    path,
    cells: matrix.cells,
    steps,
  })
  if (problems.length === before) checkName(definition, vars, reading)
  return definition
}

/** A name is filled in before the run, so it can hold matrix values and plain vars only. */
function checkName(definition: CaseDefinition, vars: CaseFile['vars'], reading: Reading): void {
  try {
    expandCase(definition, vars)
  } catch (error) {
    if (!(error instanceof AssayError)) throw error
    complain(reading, error.code, error.message, {
      at: [...definition.path, 'name'],
      hint: 'A name can hold matrix values, and vars that need no target.',
    })
  }
}

function targetsOf(value: unknown, reading: Reading): TargetUse[] {
  if (!Array.isArray(value)) return []
  const { targets } = reading.registry
  return value.map((entry, index) => {
    const use =
      typeof entry === 'string'
        ? { name: entry, exclusive: false }
        : { name: String(entry?.name), exclusive: entry?.exclusive === true }
    if (!targets.has(use.name)) {
      const message = `unknown target "${use.name}"${didYouMean(use.name, targets.keys())}`
      complain(reading, 'ASSAY_CASE_UNKNOWN_TARGET', message, {
        at: ['targets', index],
        hint: 'Targets are registered in assay.config.ts; `npx assay doctor` lists them.',
      })
    }
    return use
  })
}

function checkIds(cases: readonly CaseDefinition[], reading: Reading): void {
  const seen = new Map<string, CaseDefinition>()
  for (const one of cases) {
    const first = seen.get(one.id)
    if (first) {
      const message = `the id "${one.id}" was given before, on line ${first.place.line}`
      complain(reading, 'ASSAY_CASE_DUPLICATE_ID', message, { at: [...one.path, 'id'] })
    } else seen.set(one.id, one)
  }
}

type UsePlace = Pick<Reading, 'source' | 'problems'> & { readonly at: Path }

function readUse(
  read: LoadOptions['read'],
  use: string,
  { at, source, problems }: UsePlace,
): CompositeSource | undefined {
  try {
    return read(use)
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'there is no such file' : message
    const where = source.place(at)
    problems.push(new AssayError('ASSAY_CASE_UNREADABLE', `"${use}" cannot be read: ${why}`, { where, cause }))
    return undefined
  }
}
