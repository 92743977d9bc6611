import { AssayError } from '../errors.ts'
import type { CaseText, Path } from './case-text.ts'
import { isPlainObject, references } from './interpolate.ts'
import type { Step } from './model.ts'
import { didYouMean } from './suggest.ts'

export type ReferenceCheck = { readonly source: CaseText; readonly problems: AssayError[] }

/** Checks that the first part of every `$(path)` in a value is a name that exists by then. */
export function checkReferences(
  value: unknown,
  path: Path,
  names: ReadonlySet<string>,
  { source, problems }: ReferenceCheck,
): void {
  if (typeof value === 'string') {
    for (const reference of references(value)) {
      const root = reference.split('.')[0] ?? ''
      if (names.has(root)) continue
      const offset = value.indexOf(`$(${reference})`)
      problems.push(
        new AssayError(
          'ASSAY_CASE_REFERENCE',
          `$(${reference}) names nothing: there is no "${root}" here${didYouMean(root, names)}`,
          {
            where: source.textPlace(path, Math.max(0, offset)),
          },
        ),
      )
    }
  } else if (Array.isArray(value)) {
    for (const [index, inner] of value.entries()) checkReferences(inner, [...path, index], names, { source, problems })
  } else if (isPlainObject(value)) {
    for (const [key, inner] of Object.entries(value))
      checkReferences(inner, [...path, key], names, { source, problems })
  }
}

/** Vars are filled in from the top: each may name those before it. Adds their names. */
export function checkVars(
  vars: Readonly<Record<string, unknown>>,
  path: Path,
  names: Set<string>,
  context: ReferenceCheck,
): void {
  for (const [name, value] of Object.entries(vars)) {
    checkReferences(value, [...path, name], names, context)
    names.add(name)
  }
}

/** As `checkReferences` for steps in their order; adds what they save to `names`, and checks that background steps are joined. */
export function checkStepReferences(steps: readonly Step[], names: Set<string>, context: ReferenceCheck): void {
  const waiting = new Map<string, Step>()
  walk(steps, names, waiting, context)
  for (const [handle, step] of waiting) {
    context.problems.push(
      new AssayError('ASSAY_CASE_JOIN', `no later step joins "${handle}"`, {
        where: context.source.keyPlace([...step.path, 'background']),
        hint: `Add a step \`- join: ${handle}\`, which waits for it and looks at its result.`,
      }),
    )
  }
}

function walk(steps: readonly Step[], names: Set<string>, waiting: Map<string, Step>, context: ReferenceCheck): void {
  for (const step of steps) {
    const inner = step.repeat?.as === undefined ? names : new Set([...names, step.repeat.as])
    if (step.steps) walk(step.steps, names, waiting, context)
    else checkReferences(step.input, [...step.path, step.action], inner, context)
    for (const key of ['name', 'on', 'expect', 'fails', 'if', 'repeat'] as const)
      checkReferences(step[key], [...step.path, key], inner, context)
    checkReferences(step.eventually?.giveUpOn, [...step.path, 'eventually', 'give_up_on'], inner, context)
    if (step.action === 'join' && typeof step.input === 'string' && !waiting.delete(step.input)) {
      context.problems.push(
        new AssayError(
          'ASSAY_CASE_JOIN',
          `no background step "${step.input}" waits to be joined${didYouMean(step.input, waiting.keys())}`,
          {
            where: context.source.place([...step.path, 'join']),
          },
        ),
      )
    }
    if (step.background !== undefined) {
      if (waiting.has(step.background)) {
        context.problems.push(
          new AssayError('ASSAY_CASE_JOIN', `"${step.background}" is running already`, {
            where: context.source.place([...step.path, 'background']),
          }),
        )
      }
      waiting.set(step.background, step)
    }
    for (const name of Object.keys(step.save ?? {})) names.add(name)
  }
}
