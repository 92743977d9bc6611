import { AssayError, formatError } from '../../errors.ts'
import type { TransferResult } from '../../transfer/model.ts'
import type { TransferPlan } from '../../transfer/transfer-table.ts'
import type { TableOutcome } from '../../transfer/transfer-tables.ts'
import { withPasswords } from './passwords.ts'
import { rate } from './progress-line.ts'

export function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}

/** `public.orders  2,000,000 rows  383.0 MB  3.10 s  123.5 MB/s  digest equal` */
export function showResult(result: TransferResult): string {
  const { table, into, rows, bytes, seconds, verify, digest, slice, warnings, format, streams } = result
  const total = seconds.total ?? 0
  const name = table === into ? table : `${table} -> ${into}`
  const verified = digest ? `digest equal (${digest.method})` : verify === 'none' ? 'not verified' : 'count equal'
  const parts = [
    `${name}${slice === null ? '' : ` ${slice}`}`,
    `${rows.loaded.toLocaleString('en')} rows`,
    `${(bytes / 1e6).toFixed(1)} MB`,
    `${total.toFixed(2)} s`,
    rate(bytes, total * 1000),
    `${format}, ${streams} ${streams === 1 ? 'stream' : 'streams'}`,
    verified,
  ]
  return [parts.join('  '), ...warnings.map(warning => `  ${warning}`)].join('\n')
}

export function showPlan(plan: TransferPlan): string {
  const { table, into, slice, mode, format, formatReason, columns, estimatedRows, bytes, streams, digest, warnings } =
    plan
  return [
    `${table === into ? table : `${table} -> ${into}`}${slice === null ? '' : ` ${slice}`}`,
    `  mode ${mode}, ${format}${formatReason === null ? '' : ` (${formatReason})`}, ${streams} ${streams === 1 ? 'stream' : 'streams'}`,
    `  about ${estimatedRows.toLocaleString('en')} rows of a table of ${(bytes / 1e6).toFixed(1)} MB`,
    `  columns ${columns.join(', ')}`,
    `  ${digest === null ? 'content not compared' : `verified by ${digest}`}`,
    ...warnings.map(warning => `  ${warning}`),
  ].join('\n')
}

export type OutcomeRecord =
  | TransferResult
  | { readonly table: string; readonly code: string; readonly message: string; readonly hint?: string }

export function outcomeRecord(outcome: TableOutcome): OutcomeRecord {
  if ('result' in outcome) return outcome.result
  const { table } = outcome
  const error = withPasswords(outcome.error)
  return error instanceof AssayError
    ? { table, code: error.code, message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) }
    : { table, code: 'ASSAY_INTERNAL', message: String(error) }
}

export function showOutcome(outcome: TableOutcome): string {
  return 'result' in outcome
    ? showResult(outcome.result)
    : `${outcome.table}  failed\n  ${formatError(withPasswords(outcome.error)).replaceAll('\n', '\n  ')}`
}
