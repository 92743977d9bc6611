import type { Path } from './case-text.ts'
import { isPlainObject } from './interpolate.ts'
import { check } from './issues.ts'
import type { Composite } from './model.ts'
import { complain, type Reading } from './reading.ts'
import { joinSchema, parallelSchema } from './schema.ts'
import { didYouMean } from './suggest.ts'

/** Checks what a step gives its action: by the action's schema, or by the parameters of a shared action. */
export function checkInput(action: string, input: unknown, path: Path, reading: Reading): void {
  const { source, registry, composites, problems } = reading
  const at = [...path, action]
  const composite = composites.get(action)
  const definition = registry.actions.get(action)
  if (composite) checkParameters(input, composite, at, reading)
  else if (action === 'parallel') problems.push(...check(parallelSchema, input, source, at))
  else if (action === 'join') problems.push(...check(joinSchema, input, source, at))
  else if (definition) problems.push(...check(definition.input, input, source, at))
}

function checkParameters(
  input: unknown,
  { parameters }: Pick<Composite, 'parameters'>,
  at: Path,
  reading: Reading,
): void {
  if (!isPlainObject(input)) {
    complain(reading, 'ASSAY_CASE_TYPE', 'a shared action takes a map of its parameters', { at })
    return
  }
  const names = Object.keys(parameters)
  for (const key of Object.keys(input)) {
    if (names.includes(key)) continue
    const message = `unknown parameter "${key}"${didYouMean(key, names)}`
    complain(reading, 'ASSAY_CASE_UNKNOWN_KEY', message, { at: [...at, key], key: true })
  }
  for (const name of names) {
    if (parameters[name]?.default === undefined && !Object.hasOwn(input, name))
      complain(reading, 'ASSAY_CASE_MISSING_KEY', `the parameter "${name}" is missing`, { at, key: true })
  }
}
