import { estimateRows } from '../compare/catalog.ts'
import { showTableName } from '../compare/table-name.ts'
import { ActionError } from '../errors.ts'
import { chooseFormat, mapColumns } from './columns.ts'
import { type SessionLoan, SessionPool } from './copy/session-pool.ts'
import { sourceRows } from './copy-texts.ts'
import { ContentDigest } from './digest.ts'
import { type End, openEnd } from './ends.ts'
import { load } from './load.ts'
import type { TransferResult, TransferSpec } from './model.ts'
import { Phases } from './phases.ts'
import { preflight } from './preflight.ts'
import { mergeKey } from './publish.ts'
import { defaultStreams } from './split.ts'
import { sweep } from './staging.ts'

const LOCK_WITHIN = 30_000

/**
 * Moves one table, or a slice of it, whole or not at all: everything becomes visible on the destination with one commit, after what
 * arrived was verified. Rejects with the ASSAY_TRANSFER_… codes, ASSAY_CONNECT, ASSAY_AUTH, ASSAY_SQL, ASSAY_UNDECIDED, or the signal's reason.
 */
export async function transferTable(spec: TransferSpec): Promise<TransferResult> {
  const { mode = 'replace', verify = 'digest', signal } = spec
  checkOptions(spec)
  const phases = new Phases(spec.onPhase)
  await using loan = (spec.sessions ?? new SessionPool()).lend()
  const [source, destination] = await phases.run('connect', () => openBoth(spec, loan))

  const { columns, format, reason, key, digest, expected } = await phases.run('preflight', async () => {
    const columns = mapColumns(source, destination, spec)
    const { format, reason } = chooseFormat(columns.pairs, spec.format)
    await preflight({ source, destination, columns, mode, format, verify, slice: spec.slice, signal })
    await sweep(destination, signal)
    const key = mode === 'merge' ? mergeKey(destination, columns, spec.key) : []
    const digest = verify === 'digest' ? await ContentDigest.choose(source, destination, columns.pairs) : undefined
    const expected = await estimateRows(source.session, sourceRows({ source, spec }), signal)
    return { columns, format, reason, key, digest, expected }
  })

  const streams = spec.streams ?? defaultStreams(source.size)
  const loaded = await load({
    spec,
    source,
    destination,
    columns,
    format,
    key,
    digest,
    streams,
    expected,
    phases,
    loan,
  })
  const warnings = [...columns.warnings, ...loaded.warnings]
  if (spec.analyze !== false) {
    await phases.run('analyze', async () => {
      const text = `analyze ${destination.table}`
      await destination.session.query(text, { signal }).catch(error => warnings.push(`${text}: ${error.message}`))
    })
  }
  await spec.onPhase?.('done')
  const { seconds } = phases
  if (spec.sessions) await loan.giveBack(signal)
  return {
    table: showTableName(source.shape.name),
    into: showTableName(destination.shape.name),
    slice: spec.slice?.label ?? spec.slice?.where ?? null,
    ...{ mode, format, formatReason: reason, streams: loaded.streams, split: loaded.split },
    ...{ rows: loaded.rows, deleted: loaded.deleted, bytes: loaded.bytes, verify },
    digest: digest && loaded.sum !== undefined ? { method: digest.method, value: loaded.sum } : null,
    seconds,
    warnings,
  }
}

/** The plan of a transfer, without moving anything: what `--dry-run` shows. */
export type TransferPlan = Pick<TransferResult, 'table' | 'into' | 'slice' | 'mode' | 'format' | 'formatReason'> & {
  readonly columns: readonly string[]
  readonly estimatedRows: number
  readonly bytes: number
  readonly streams: number
  readonly digest: string | null
  readonly warnings: readonly string[]
}

/** Does everything that `transferTable` does before the first byte, and nothing after. Rejects as it does. */
export async function planTransfer(spec: TransferSpec): Promise<TransferPlan> {
  checkOptions(spec)
  const { mode = 'replace', verify = 'digest', signal, slice } = spec
  await using loan = (spec.sessions ?? new SessionPool()).lend()
  const [source, destination] = await openBoth(spec, loan)
  const columns = mapColumns(source, destination, spec)
  const { format, reason } = chooseFormat(columns.pairs, spec.format)
  await preflight({ source, destination, columns, mode, format, verify, slice, signal })
  if (mode === 'merge') mergeKey(destination, columns, spec.key)
  const estimatedRows = await estimateRows(source.session, sourceRows({ source, spec }), signal)
  const digest = verify === 'digest' ? await ContentDigest.choose(source, destination, columns.pairs) : undefined
  if (spec.sessions) await loan.giveBack(signal)
  return {
    table: showTableName(source.shape.name),
    into: showTableName(destination.shape.name),
    slice: slice?.label ?? slice?.where ?? null,
    ...{ mode, format, formatReason: reason },
    columns: columns.pairs.map(({ left, right }) =>
      left.name === right.name ? left.name : `${left.name} -> ${right.name}`,
    ),
    estimatedRows,
    bytes: source.size,
    streams: spec.streams ?? defaultStreams(source.size),
    digest: digest?.method ?? null,
    warnings: [...columns.warnings, ...windowHints(source, slice)],
  }
}

/** What makes every window read the whole table. */
function windowHints({ shape, partitioned, label }: End, slice: TransferSpec['slice']): string[] {
  const column = slice?.window?.column
  if (column === undefined || partitioned || shape.indexes.some(index => index.columns[0] === column)) return []
  return [`no index of ${label} begins with "${column}", so every window reads the whole table`]
}

async function openBoth(spec: TransferSpec, loan: SessionLoan): Promise<readonly [End, End]> {
  const { table, into = table, signal, lockWithin = LOCK_WITHIN } = spec
  const options = { loan, lockWithin, signal, recipe: spec.recipe }
  const ends = await Promise.allSettled([
    openEnd(spec.source, { table, ...options }),
    openEnd(spec.destination, { table: into, ...options }),
  ])
  const failed = ends.find(end => end.status === 'rejected')
  if (failed) throw failed.reason
  const [source, destination] = ends.map(end => (end as PromiseFulfilledResult<End>).value)
  return [source as End, destination as End]
}

function checkOptions({ streams, mode = 'replace', slice, key, lockWithin }: TransferSpec): void {
  const refuse = (message: string) => {
    throw new ActionError('ASSAY_TRANSFER_OPTION', message)
  }
  if (streams !== undefined && !(Number.isInteger(streams) && streams >= 1 && streams <= 64))
    refuse(`${streams} streams are not possible; there can be 1 to 64`)
  if (mode === 'truncate' && slice?.where !== undefined)
    refuse(
      `mode truncate empties the whole table, and only "${slice.label ?? slice.where}" is to be moved; use mode replace`,
    )
  if (key !== undefined && mode !== 'merge') refuse(`a key is for mode merge, not for mode ${mode}`)
  if (lockWithin !== undefined && !(lockWithin > 0)) refuse(`${lockWithin} ms is no time to wait for a lock`)
}
