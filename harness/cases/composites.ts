import { AssayError } from '../errors.ts'
import { CaseText } from './case-text.ts'
import { check } from './issues.ts'
import type { Composite, Step } from './model.ts'
import { complain, type Reading } from './reading.ts'
import type { CaseRegistry } from './registry.ts'
import { COMMON_NAMES, checkNames } from './reserved.ts'
import { compositeFileShape, stepShape } from './schema.ts'
import { checkReferences, checkStepReferences } from './static-references.ts'
import { BUILT_IN_ACTIONS, parseSteps } from './steps.ts'

type RawComposite = {
  readonly about: string
  readonly parameters?: Readonly<Record<string, { about?: string; default?: unknown } | null>>
  readonly steps: unknown
  readonly result?: unknown
}

type Found = { readonly raw: RawComposite; readonly source: CaseText; readonly parameters: Composite['parameters'] }

export type CompositeSource = { readonly file: string; readonly text: string }

/** The shared actions of all files that a case file uses. They may use each other, but not themselves. */
export function parseComposites(
  sources: readonly CompositeSource[],
  registry: CaseRegistry,
  problems: AssayError[],
): Record<string, Composite> {
  const found = new Map<string, Found>()
  for (const { file, text } of sources) readActions(new CaseText(file, text), { found, registry, problems })
  const composites = new Map<string, Composite>()
  for (const [name, one] of found) {
    composites.set(name, parseComposite(name, one, { source: one.source, registry, composites: found, problems }))
  }
  for (const composite of composites.values()) {
    const circle = circleOf(composite.name, composites, [])
    if (!circle) continue
    const message = `"${composite.name}" calls itself: ${circle.join(' → ')}`
    problems.push(new AssayError('ASSAY_CASE_COMPOSITE', message, { where: composite.place }))
  }
  return Object.fromEntries(composites)
}

type Actions = Pick<Reading, 'registry' | 'problems'> & { readonly found: Map<string, Found> }

function readActions(source: CaseText, { found, registry, problems }: Actions): void {
  const wrong = check(compositeFileShape, source.value ?? {}, source, [])
  problems.push(...wrong)
  if (wrong.length > 0) return
  const { actions } = source.value as { actions: Record<string, RawComposite> }
  for (const [name, raw] of Object.entries(actions)) {
    const taken = takenBy(name, registry, found)
    if (taken) {
      complain({ source, problems }, 'ASSAY_CASE_COMPOSITE', taken, { at: ['actions', name], key: true })
      continue
    }
    const parameters = Object.entries(raw.parameters ?? {}).map(([key, value]) => [key, value ?? {}] as const)
    found.set(name, { raw, source, parameters: Object.fromEntries(parameters) })
  }
}

function takenBy(name: string, registry: CaseRegistry, found: ReadonlyMap<string, Found>): string | undefined {
  if (registry.actions.has(name) || (BUILT_IN_ACTIONS as readonly string[]).includes(name))
    return `assay has an action "${name}" of its own`
  const other = found.get(name)
  if (other) return `the action "${name}" exists already, in ${other.source.file}`
  return Object.hasOwn(stepShape, name) ? `"${name}" is a word that every step may say, so no action` : undefined
}

function parseComposite(name: string, { raw, source, parameters }: Found, reading: Reading): Composite {
  const path = ['actions', name]
  checkNames(Object.keys(parameters), [...path, 'parameters'], reading)
  const steps = parseSteps(raw.steps, [...path, 'steps'], reading)
  const names = new Set<string>([...COMMON_NAMES, ...Object.keys(parameters)])
  checkStepReferences(steps, names, reading)
  checkReferences(raw.result, [...path, 'result'], names, reading)
  return { name, about: raw.about, place: source.keyPlace(path), parameters, steps, result: raw.result }
}

function circleOf(
  name: string,
  composites: ReadonlyMap<string, Composite>,
  walked: readonly string[],
): string[] | undefined {
  if (walked[0] === name) return [...walked, name]
  if (walked.includes(name)) return undefined
  for (const called of calls(composites.get(name)?.steps ?? [])) {
    if (!composites.has(called)) continue
    const circle = circleOf(called, composites, [...walked, name])
    if (circle) return circle
  }
  return undefined
}

const calls = (steps: readonly Step[]): string[] => steps.flatMap(step => [step.action, ...calls(step.steps ?? [])])
