import { ActionError } from '../errors.ts'
import { postgresDialect } from '../sql/dialect.ts'
import type { Slice } from './model.ts'
import { addSpan, formatMoment, type Moment, type Span } from './moment.ts'
import { RECIPE, type TransferRecipe } from './recipe.ts'

/** A piece of time: its start is in it, its end is not, so that windows in a row meet every row once. */
export type TimeWindow = { readonly from: Moment; readonly to: Moment }

export function formatWindow({ from, to }: TimeWindow): string {
  return `[${formatMoment(from)}, ${formatMoment(to)})`
}

/** Throws ASSAY_TRANSFER_WINDOW for a window that ends before it starts, or where it starts. */
function checkedWindow(window: TimeWindow): TimeWindow {
  if (window.from < window.to) return window
  throw new ActionError(
    'ASSAY_TRANSFER_WINDOW',
    `the window ${formatWindow(window)} ends ${window.to < window.from ? 'before' : 'where'} it starts`,
  )
}

/** The windows of one length from a start to an end, which clips the last. */
export function* windowsUntil(start: Moment, span: Span, end: Moment): Generator<TimeWindow> {
  for (let index = 0; ; index++) {
    const from = addSpan(start, span, index)
    if (from >= end) return
    const to = addSpan(start, span, index + 1)
    yield { from, to: to < end ? to : end }
  }
}

/** What a column of whole numbers counts since 1970. */
export const EPOCHS = { s: 1_000_000n, ms: 1_000n, us: 1n } as const
export type Epoch = keyof typeof EPOCHS

export type WindowColumn = {
  readonly column: string
  /** For a column of integers. Without it the column is a timestamp or a date. */
  readonly epoch?: Epoch
  /** What rows without a value do. Default `refuse`. */
  readonly nulls?: 'refuse' | 'ignore'
}

/** A point in time as a literal that a column can be compared with. */
function literal(moment: Moment, epoch: Epoch | undefined): string {
  if (epoch === undefined) return postgresDialect.literal(formatMoment(moment))
  const unit = EPOCHS[epoch]
  if (moment % unit !== 0n)
    throw new ActionError(
      'ASSAY_TRANSFER_WINDOW',
      `${formatMoment(moment)} is between two values of a column in ${epoch}`,
    )
  return String(moment / unit)
}

function condition({ column, epoch }: WindowColumn, { from, to }: TimeWindow, recipe: TransferRecipe): string {
  const name = postgresDialect.identifier(column)
  const before = recipe.halfOpen ? '<' : '<='
  return `${name} >= ${literal(from, epoch)} and ${name} ${before} ${literal(to, epoch)}`
}

/** The rows of a window. */
export function windowSlice(column: WindowColumn, window: TimeWindow, recipe: TransferRecipe = RECIPE): Slice {
  return {
    where: condition(column, checkedWindow(window), recipe),
    label: formatWindow(window),
    window: { column: column.column, nulls: column.nulls ?? 'refuse' },
  }
}

/** Where rows that come late are found: `column` says when they came, and their own time lies at most `lookBack` before the window. */
export type LateRows = { readonly column: string; readonly lookBack: Span }

/**
 * Rows that came in the window but belong to the time before it. Those that belong to the window itself are the window's own, so
 * no row is in both; and a row that came in an earlier window is not in this one, so it is moved once.
 */
export function lateSlice(
  column: WindowColumn,
  window: TimeWindow,
  { late, recipe = RECIPE }: { readonly late: LateRows; readonly recipe?: TransferRecipe },
): Slice {
  const back = { months: -late.lookBack.months, micros: -late.lookBack.micros }
  const before = { from: addSpan(window.from, back), to: window.from }
  return {
    where: `${condition({ column: late.column }, window, recipe)} and ${condition(column, before, recipe)}`,
    label: `late in ${formatWindow(window)}`,
  }
}
