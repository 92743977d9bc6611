import type { CompareRowsResult } from '../result.ts'
import type { CompareSpec } from '../spec.ts'

/** Which two ends: two PostgreSQL servers, two of versions that lie far apart, two tables of one MariaDB, PostgreSQL and MariaDB. */
export const ENDS = ['postgres', 'versions', 'mysql', 'across'] as const
export type EndsName = (typeof ENDS)[number]

/** SQL of one side; where the dialects differ, one text for each. `T` stands for the table. */
export type SideSql = string | { readonly postgres: string; readonly mysql: string }

/** Two tables, and what a comparison must say of them. */
export type Scenario = {
  readonly name: string
  readonly ends: readonly EndsName[]
  /** Run on both sides, then `left` and `right` on theirs. */
  readonly both?: SideSql
  readonly left?: SideSql
  readonly right?: SideSql
  readonly options?: Partial<CompareSpec>
  readonly expected: Partial<Omit<CompareRowsResult, 'columns'>> & { readonly columns?: readonly string[] }
}

export function scenario(
  name: string,
  ends: readonly EndsName[] | 'all',
  rest: Omit<Scenario, 'name' | 'ends'>,
): Scenario {
  // what holds between two PostgreSQL servers holds between versions as well
  const wider = ends === 'all' ? ENDS : ends.flatMap(end => (end === 'postgres' ? ([end, 'versions'] as const) : [end]))
  return { name, ends: wider, ...rest }
}

/** What of a result a scenario speaks of, for toEqual. */
export function spokenOf(result: CompareRowsResult, expected: Scenario['expected']): Record<string, unknown> {
  return Object.fromEntries(
    Object.keys(expected).map(name =>
      name === 'columns'
        ? [name, result.columns.map(column => column.name)]
        : [name, result[name as keyof CompareRowsResult]],
    ),
  )
}
