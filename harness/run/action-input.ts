import { inputProblem, missingTexts } from '../cases/issues.ts'
import type { CaseRegistry } from '../cases/registry.ts'
import { InputError } from './step-failure.ts'

type AnyAction = NonNullable<ReturnType<CaseRegistry['actions']['get']>>

/** The input of an action, read by its schema. A number that was filled in where only text may stand becomes text. */
export function readInput(action: AnyAction, filled: unknown): unknown {
  const first = action.input.safeParse(filled)
  if (first.success) return first.data
  const texts = missingTexts(first.error, filled)
  const second = texts.length === 0 ? first : action.input.safeParse(withTexts(filled, texts))
  if (second.success) return second.data
  const { message, path } = inputProblem(action.input, second.error, filled)
  throw new InputError(`${action.name}: ${message}`, path)
}

/** A copy with the values at some paths turned into text. */
function withTexts(value: unknown, paths: readonly (readonly PropertyKey[])[]): unknown {
  if (paths.some(path => path.length === 0)) return String(value)
  const below = (key: string) => paths.filter(path => String(path[0]) === key).map(path => path.slice(1))
  if (Array.isArray(value)) return value.map((inner, index) => step(inner, below(String(index))))
  return Object.fromEntries(
    Object.entries(value as Record<string, unknown>).map(([key, inner]) => [key, step(inner, below(key))]),
  )
}

const step = (value: unknown, paths: readonly (readonly PropertyKey[])[]): unknown =>
  paths.length === 0 ? value : withTexts(value, paths)
