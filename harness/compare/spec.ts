import type { Clock } from '../actions/define-action.ts'
import type { PairingOptions } from './kind.ts'
import type { Method } from './method.ts'
import type { CompareMode } from './model.ts'
import type { Recipe } from './recipe.ts'
import type { SharedDigests } from './shared-digests.ts'
import type { SideSpec } from './side.ts'
import type { JsonMode } from './text-form.ts'

export type CompareSpec = Omit<PairingOptions, 'sameFamily'> & {
  /** What should be: the primary, the source. */
  readonly left: SideSpec
  /** What is checked against it. */
  readonly right: SideSpec
  /** Default `exact`. */
  readonly mode?: CompareMode
  /** Columns (names of the left side) that identify a row. Default: the primary key, else a unique key without NULL; else rows are bags. */
  readonly key?: readonly string[]
  /** Default: `strict` in mode `exact`, `semantic` in mode `by-value`. */
  readonly json?: JsonMode
  /** Representable numbers that floats of different engines may lie apart. Default: 0 in mode `exact`, 4 in mode `by-value`. */
  readonly ulps?: number
  /** Sums a second, independent hash besides the first. */
  readonly secondHash?: boolean
  /** Compares one key in so many, chosen by hash, the same on both sides. */
  readonly oneIn?: number
  /** Buckets of the digest. Default: by the number of rows. */
  readonly buckets?: number
  /** Only these methods, best first, of those that the engines share. */
  readonly methods?: readonly Method[]
  /** Connections to each MySQL server that read a large table, where they can see one state of it. Default 2. */
  readonly connections?: number
  /** Rows of each range that a MySQL table is read in. Default 100,000. */
  readonly rowsPerRange?: number
  /** Looks at differing keys again, to tell rows in flight from lasting differences. */
  readonly recheck?: { readonly times: number; readonly pause: number }
  /** Rows shown, at most 50. Default 20. */
  readonly examples?: number
  /** No rows on either side are equal, even under a condition. Default: only where there is none. */
  readonly emptyIsEqual?: boolean
  readonly clock?: Pick<Clock, 'sleep'>
  readonly signal?: AbortSignal
  readonly progress?: (progress: Progress) => void
  /** Where several right sides are compared with this left one: its digests, read once for all of them. */
  readonly shared?: SharedDigests
  /** For the tests of the comparison itself. */
  readonly recipe?: Recipe
}

export type Progress = {
  readonly phase: 'connect' | 'digest' | 'keys' | 'recheck' | 'rows' | 'done'
  /** What is known so far, for people: `300,000 of about 2,000,000 rows, 3 of 20 ranges`. */
  readonly text: string
  /** Rows of the digest that each side has read. A PostgreSQL side reads them in one statement. */
  readonly done?: { readonly left: number; readonly right: number }
}
