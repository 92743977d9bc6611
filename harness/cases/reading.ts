import { AssayError, type ErrorCode } from '../errors.ts'
import type { CaseText, Path } from './case-text.ts'
import type { Composite } from './model.ts'
import type { CaseRegistry } from './registry.ts'

/** What the parts of a case file are read with. Mistakes are gathered, so that one run tells them all. */
export type Reading = {
  readonly source: CaseText
  readonly registry: CaseRegistry
  /** The shared actions of the file's `use`, by name. */
  readonly composites: ReadonlyMap<string, Pick<Composite, 'parameters'>>
  readonly problems: AssayError[]
}

export type Complaint = {
  /** The value that is wrong. */
  readonly at: Path
  /** True where the key is wrong, and not its value. */
  readonly key?: boolean
  readonly hint?: string
}

/** Adds a mistake, with its place. */
export function complain(
  { source, problems }: Pick<Reading, 'source' | 'problems'>,
  code: ErrorCode,
  message: string,
  { at, key = false, hint }: Complaint,
): void {
  problems.push(new AssayError(code, message, { where: key ? source.keyPlace(at) : source.place(at), hint }))
}

/** The maps of a list; what is no map was complained about by its schema. */
export function maps(
  value: unknown,
): readonly { readonly index: number; readonly map: Readonly<Record<string, unknown>> }[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((map, index) => (isMap(map) ? [{ index, map }] : []))
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

/** Keys without a value are left out, so that the model is small where it is written into the test module. */
export function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as T
}
