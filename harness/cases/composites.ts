import { AssayError } from '../errors.ts'
import { CaseText } from './case-text.ts'
import { check } from './issues.ts'
import type { Composite, Step } from './model.ts'
import type { CaseRegistry } from './registry.ts'
import { compositeFileShape } from './schema.ts'
import { parseSteps } from './steps.ts'

type RawComposite = {
  readonly about: string
  readonly parameters?: Readonly<Record<string, { about?: string; default?: unknown } | null>>
  readonly steps: unknown
  readonly result?: unknown
}

export type CompositeSource = { readonly file: string; readonly text: string }

/** The shared actions of all files that a case file uses. They may use each other, but not themselves. */
export function parseComposites(
  sources: readonly CompositeSource[],
  registry: CaseRegistry,
  problems: AssayError[],
): Record<string, Composite> {
  const found: Record<string, { raw: RawComposite; source: CaseText; parameters: Composite['parameters'] }> = {}
  for (const { file, text } of sources) {
    const source = new CaseText(file, text)
    const wrong = check(compositeFileShape, source.value ?? {}, source, [])
    problems.push(...wrong)
    if (wrong.length > 0) continue
    for (const [name, raw] of Object.entries((source.value as { actions: Record<string, RawComposite> }).actions)) {
      const where = source.keyPlace(['actions', name])
      if (name in found || registry.actions.has(name)) {
        problems.push(new AssayError('ASSAY_CASE_COMPOSITE', `the action "${name}" exists already`, { where }))
        continue
      }
      const parameters = Object.fromEntries(
        Object.entries(raw.parameters ?? {}).map(([key, value]) => [key, value ?? {}]),
      )
      found[name] = { raw, source, parameters }
    }
  }
  const composites: Record<string, Composite> = {}
  for (const [name, { raw, source, parameters }] of Object.entries(found)) {
    const steps = parseSteps(raw.steps, ['actions', name, 'steps'], { source, registry, composites: found, problems })
    composites[name] = {
      name,
      about: raw.about,
      place: source.keyPlace(['actions', name]),
      parameters,
      steps,
      result: raw.result,
    }
  }
  for (const composite of Object.values(composites)) {
    const circle = circleOf(composite.name, composites, [])
    if (circle)
      problems.push(
        new AssayError('ASSAY_CASE_COMPOSITE', `"${composite.name}" calls itself: ${circle.join(' → ')}`, {
          where: composite.place,
        }),
      )
  }
  return composites
}

function circleOf(
  name: string,
  composites: Readonly<Record<string, Composite>>,
  walked: readonly string[],
): string[] | undefined {
  if (walked[0] === name) return [...walked, name]
  if (walked.includes(name)) return undefined
  for (const called of calls(composites[name]?.steps ?? [])) {
    if (!(called in composites)) continue
    const circle = circleOf(called, composites, [...walked, name])
    if (circle) return circle
  }
  return undefined
}

const calls = (steps: readonly Step[]): string[] => steps.flatMap(step => [step.action, ...calls(step.steps ?? [])])
