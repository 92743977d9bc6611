import { z } from 'zod'
import type { Path } from './case-text.ts'
import { checkCondition } from './check-condition.ts'
import { checkExpectation } from './check-expectation.ts'
import { parseDuration } from './duration.ts'
import { isPlainObject } from './interpolate.ts'
import { check } from './issues.ts'
import type { Eventually, Fails, Repeat, Save, Step } from './model.ts'
import { complain, type Reading, withoutUndefined } from './reading.ts'
import { checkNames } from './reserved.ts'
import { stepShape } from './schema.ts'
import { checkInput } from './step-input.ts'
import { didYouMean } from './suggest.ts'

/** The words of the language that stand where an action does. */
export const BUILT_IN_ACTIONS = ['parallel', 'join'] as const

const COMMON = z.strictObject(stepShape)
const DEFAULT_EVERY = 500

/** A list of steps, checked and with places. What is wrong is added to `problems`, and the step left out. */
export function parseSteps(value: unknown, path: Path, reading: Reading): Step[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) {
    complain(reading, 'ASSAY_CASE_TYPE', 'steps are a list', { at: path })
    return []
  }
  return value.flatMap((step, index) => parseStep(step, [...path, index], reading) ?? [])
}

function parseStep(value: unknown, path: Path, reading: Reading): Step | undefined {
  const { source, problems } = reading
  if (!isPlainObject(value)) {
    complain(reading, 'ASSAY_CASE_TYPE', 'a step is a map of its action and what is expected', { at: path })
    return undefined
  }
  const action = actionOf(value, path, reading)
  const said = Object.fromEntries(Object.entries(value).filter(([key]) => isCommon(key)))
  const wrong = check(COMMON, said, source, path)
  problems.push(...wrong)
  if (action === undefined || wrong.length > 0) return undefined
  const input = value[action] ?? {}
  checkInput(action, input, path, reading)
  if (typeof said.if === 'string') checkCondition(said.if, [...path, 'if'], reading)
  for (const key of ['expect', 'fails'] as const) checkExpectation(said[key], [...path, key], reading)
  const save = typeof said.save === 'string' ? { [said.save]: '.' } : (said.save as Save | undefined)
  checkNames(Object.keys(save ?? {}), [...path, 'save'], reading)
  return withoutUndefined({
    place: source.place(path),
    path,
    name: said.name as string | undefined,
    action,
    input,
    on: said.on,
    expect: said.expect,
    fails: said.fails as Fails | undefined,
    save,
    eventually: eventuallyOf(said.eventually),
    timeout: said.timeout === undefined ? undefined : parseDuration(said.timeout),
    if: said.if as string | undefined,
    background: said.background as string | undefined,
    repeat: repeatOf(said.repeat),
    steps: action === 'parallel' ? parseSteps(input, [...path, action], reading) : undefined,
  })
}

/** The one key of a step that names an action. */
function actionOf(step: Readonly<Record<string, unknown>>, path: Path, reading: Reading): string | undefined {
  const { registry, composites } = reading
  const names = [...registry.actions.keys(), ...composites.keys(), ...BUILT_IN_ACTIONS]
  const keys = Object.keys(step)
  const actions = keys.filter(key => names.includes(key))
  const strangers = keys.filter(key => !names.includes(key) && !isCommon(key))
  const words = [...Object.keys(stepShape), ...(actions.length === 0 ? names : [])]
  for (const key of strangers) {
    const meant = actions.length === 0 && strangers.length === 1 ? 'action' : 'key'
    const code = meant === 'action' ? 'ASSAY_CASE_UNKNOWN_ACTION' : 'ASSAY_CASE_UNKNOWN_KEY'
    complain(reading, code, `unknown ${meant} "${key}"${didYouMean(key, words)}`, { at: [...path, key], key: true })
  }
  if (actions.length > 1) {
    const message = `a step has one action; this one has ${actions.map(name => `"${name}"`).join(' and ')}`
    complain(reading, 'ASSAY_CASE_NO_ACTION', message, { at: [...path, actions[1] as string], key: true })
    return undefined
  }
  if (actions.length === 0 && strangers.length === 0)
    complain(reading, 'ASSAY_CASE_NO_ACTION', 'the step has no action', { at: path })
  return actions[0]
}

const isCommon = (key: string): boolean => Object.hasOwn(stepShape, key)

function eventuallyOf(value: unknown): Eventually | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'string') return { within: parseDuration(value), every: DEFAULT_EVERY }
  const { within, every, give_up_on } = value as { within: string; every?: string; give_up_on?: unknown }
  return withoutUndefined({
    within: parseDuration(within),
    every: every === undefined ? DEFAULT_EVERY : parseDuration(every),
    giveUpOn: give_up_on,
  })
}

function repeatOf(value: unknown): Repeat | undefined {
  if (value === undefined) return undefined
  const { times, until, as, every } = value as { times?: number | string; until?: unknown; as?: string; every?: string }
  return withoutUndefined({ times, until, as, every: every === undefined ? 0 : parseDuration(every) })
}
