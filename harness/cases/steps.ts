import { z } from 'zod'
import { AssayError } from '../errors.ts'
import type { CaseText, Path } from './case-text.ts'
import { parseCondition } from './condition.ts'
import { parseDuration } from './duration.ts'
import { isPlainObject } from './interpolate.ts'
import { check } from './issues.ts'
import type { Composite, Eventually, Fails, Repeat, Save, Step } from './model.ts'
import type { CaseRegistry } from './registry.ts'
import { joinSchema, parallelSchema, stepShape } from './schema.ts'
import { didYouMean } from './suggest.ts'

/** The words of the language that stand where an action does. */
export const BUILT_IN_ACTIONS = ['parallel', 'join'] as const

const COMMON = z.strictObject(stepShape)
const DEFAULT_EVERY = 500

export type StepContext = {
  readonly source: CaseText
  readonly registry: CaseRegistry
  /** Names of the composite actions of the file's `use`. */
  readonly composites: Readonly<Record<string, Pick<Composite, 'parameters'>>>
  readonly problems: AssayError[]
}

/** A list of steps, checked and with places. What is wrong is added to `problems`, and the step left out. */
export function parseSteps(value: unknown, path: Path, context: StepContext): Step[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) {
    context.problems.push(new AssayError('ASSAY_CASE_TYPE', 'steps are a list', { where: context.source.place(path) }))
    return []
  }
  return value.flatMap((step, index) => parseStep(step, [...path, index], context) ?? [])
}

function parseStep(value: unknown, path: Path, context: StepContext): Step | undefined {
  const { source, problems } = context
  const place = source.place(path)
  if (!isPlainObject(value)) {
    problems.push(
      new AssayError('ASSAY_CASE_TYPE', 'a step is a map of its action and what is expected', { where: place }),
    )
    return undefined
  }
  const action = actionOf(value, path, context)
  const { [action ?? '']: input, ...common } = value
  const known = Object.fromEntries(Object.entries(common).filter(([key]) => key in stepShape))
  const found = check(COMMON, known, source, path)
  problems.push(...found)
  if (action === undefined || found.length > 0) return undefined
  checkInput(action, input ?? {}, path, context)
  return withoutUndefined({
    place,
    path,
    name: known.name as string | undefined,
    action,
    input: input ?? {},
    on: known.on,
    expect: known.expect,
    fails: known.fails as Fails | undefined,
    save: typeof known.save === 'string' ? { [known.save]: '.' } : (known.save as Save | undefined),
    eventually: known.eventually === undefined ? undefined : eventuallyOf(known.eventually),
    timeout: known.timeout === undefined ? undefined : parseDuration(known.timeout),
    if: conditionOf(known.if, [...path, 'if'], context),
    background: known.background as string | undefined,
    repeat: known.repeat === undefined ? undefined : repeatOf(known.repeat as Record<string, unknown>),
    steps: action === 'parallel' ? parseSteps(input, [...path, action], context) : undefined,
  })
}

/** The one key of a step that names an action. */
function actionOf(
  step: Readonly<Record<string, unknown>>,
  path: Path,
  { source, registry, composites, problems }: StepContext,
): string | undefined {
  const isAction = (key: string) =>
    registry.actions.has(key) || key in composites || (BUILT_IN_ACTIONS as readonly string[]).includes(key)
  const keys = Object.keys(step)
  const actions = keys.filter(isAction)
  const strangers = keys.filter(key => !isAction(key) && !(key in stepShape))
  const names = [...registry.actions.keys(), ...Object.keys(composites), ...BUILT_IN_ACTIONS]
  for (const key of strangers) {
    const where = source.keyPlace([...path, key])
    const hint = didYouMean(key, [...Object.keys(stepShape), ...(actions.length === 0 ? names : [])])
    if (actions.length === 0 && strangers.length === 1) {
      problems.push(new AssayError('ASSAY_CASE_UNKNOWN_ACTION', `unknown action "${key}"${hint}`, { where }))
    } else {
      problems.push(new AssayError('ASSAY_CASE_UNKNOWN_KEY', `unknown key "${key}"${hint}`, { where }))
    }
  }
  if (actions.length === 1) return actions[0]
  if (actions.length > 1) {
    const where = source.keyPlace([...path, actions[1] as string])
    problems.push(
      new AssayError(
        'ASSAY_CASE_NO_ACTION',
        `a step has one action; this one has ${actions.map(name => `"${name}"`).join(' and ')}`,
        { where },
      ),
    )
  } else if (strangers.length === 0) {
    problems.push(new AssayError('ASSAY_CASE_NO_ACTION', 'the step has no action', { where: source.place(path) }))
  }
  return undefined
}

function checkInput(action: string, input: unknown, path: Path, context: StepContext): void {
  const { source, registry, composites, problems } = context
  const at = [...path, action]
  const composite = composites[action]
  if (composite) problems.push(...parameterProblems(input, composite, { source, at }))
  else if (action === 'parallel') problems.push(...check(parallelSchema, input, source, at))
  else if (action === 'join') problems.push(...check(joinSchema, input, source, at))
  else {
    const definition = registry.actions.get(action)
    if (definition) problems.push(...check(definition.input, input, source, at))
  }
}

function parameterProblems(
  input: unknown,
  { parameters }: Pick<Composite, 'parameters'>,
  { source, at }: { source: CaseText; at: Path },
): AssayError[] {
  if (!isPlainObject(input))
    return [
      new AssayError('ASSAY_CASE_TYPE', 'a shared action takes a map of its parameters', { where: source.place(at) }),
    ]
  const names = Object.keys(parameters)
  const unknown = Object.keys(input).filter(key => !names.includes(key))
  const missing = names.filter(name => parameters[name]?.default === undefined && !(name in input))
  return [
    ...unknown.map(
      key =>
        new AssayError('ASSAY_CASE_UNKNOWN_KEY', `unknown parameter "${key}"${didYouMean(key, names)}`, {
          where: source.keyPlace([...at, key]),
        }),
    ),
    ...missing.map(
      name =>
        new AssayError('ASSAY_CASE_MISSING_KEY', `the parameter "${name}" is missing`, { where: source.keyPlace(at) }),
    ),
  ]
}

function eventuallyOf(value: unknown): Eventually {
  if (typeof value === 'string') return { within: parseDuration(value), every: DEFAULT_EVERY }
  const { within, every, give_up_on } = value as { within: string; every?: string; give_up_on?: unknown }
  return withoutUndefined({
    within: parseDuration(within),
    every: every === undefined ? DEFAULT_EVERY : parseDuration(every),
    giveUpOn: give_up_on,
  })
}

function repeatOf(value: Readonly<Record<string, unknown>>): Repeat {
  const { times, until, as, every } = value as { times?: number | string; until?: unknown; as?: string; every?: string }
  return withoutUndefined({ times, until, as, every: every === undefined ? 0 : parseDuration(every) })
}

function conditionOf(value: unknown, path: Path, { source, problems }: StepContext): string | undefined {
  if (value === undefined) return undefined
  try {
    parseCondition(String(value))
  } catch (error) {
    problems.push(new AssayError('ASSAY_CASE_CONDITION', (error as Error).message, { where: source.place(path) }))
  }
  return String(value)
}

/** Keys without a value are left out, so that steps are small where they are written into the test module. */
export function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as T
}
