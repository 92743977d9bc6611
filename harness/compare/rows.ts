import { isSecretName } from '../log/secret.ts'
import type { RowDifference } from '../report/model.ts'
import type { SqlValue } from '../sql/session.ts'
import type { Ends, Writers } from './digest.ts'
import { holdsText } from './encoding.ts'
import { type JudgeOptions, sameJson, sameValue } from './judge.ts'
import type { ColumnPair } from './kind.ts'
import { rowsWithKeys } from './locate.ts'
import type { Key, Mismatch } from './match.ts'
import { doubleText } from './mysql/text-form.ts'
import type { Plan, RowSql } from './row-sql.ts'
import type { Side } from './side.ts'
import { judgedByClient } from './text-form.ts'

/** Keys asked for in one statement. */
const KEYS_AT_ONCE = 500
/** Characters of a value that are shown. */
const SHOWN = 300

export type Looked = {
  readonly examples: readonly RowDifference[]
  /** Rows that differ, per column, in the order of the plan's pairs. */
  readonly columns: readonly number[]
  /** Rows that were looked at. */
  readonly rows: number
  /** Rows that turned out equal: the digest overstated floats or JSON. */
  readonly equal: number
  /** Rows in which only the spelling differs. */
  readonly representation: number
}

/** A value of one row: what is shown, what decides, and what by-value equality or the client's judgement looks at. */
type Cell = { readonly shown: string | null; readonly exact: string | null; readonly value: string | null }

export type LookOptions = JudgeOptions & {
  readonly examples: number
  /** Called after each lot of keys. */
  readonly passed?: (done: number, of: number) => void
}

/** Fetches the rows behind mismatches and compares them column by column. */
export async function lookAtRows(
  ends: Ends,
  writers: Writers,
  plan: Plan,
  mismatches: readonly Mismatch[],
  options: LookOptions,
): Promise<Looked> {
  const columns = plan.pairs.map(() => 0)
  const examples: RowDifference[] = []
  let rows = 0
  let equal = 0
  let representation = 0
  for (let at = 0; at < mismatches.length; at += KEYS_AT_ONCE) {
    const part = mismatches.slice(at, at + KEYS_AT_ONCE)
    const keysOn = (side: Side) => part.filter(one => mayHold(side, one)).map(({ key }) => key)
    const [left, right] = await Promise.all([
      fetchRows(ends.left, writers.left, plan, keysOn(ends.left)),
      fetchRows(ends.right, writers.right, plan, keysOn(ends.right)),
    ])
    for (const mismatch of part) {
      const name = JSON.stringify(mismatch.key)
      const [lefts, rights] = unmatched(left.get(name) ?? [], right.get(name) ?? [], plan)
      for (let n = 0; n < mismatch.times; n++) {
        const one = mismatch.kind === 'only right' ? undefined : lefts.shift()
        const other = mismatch.kind === 'only left' ? undefined : rights.shift()
        rows++
        const compared = compareCells(plan, one, other, options)
        if (one && other && compared.differing.length === 0 && compared.overruled) equal++
        else {
          for (const index of compared.differing) columns[index] = (columns[index] ?? 0) + 1
          if (compared.spellingOnly) representation++
          if (examples.length < options.examples) examples.push(toExample(mismatch, one, other, compared.differing))
        }
        if (!one && !other) break
      }
    }
    options.passed?.(Math.min(at + KEYS_AT_ONCE, mismatches.length), mismatches.length)
  }
  return { examples, columns, rows, equal, representation }
}

/** A server refuses a statement that holds a text which its database cannot hold: such a key is on the other side only. */
function mayHold(side: Side, { key, kind }: Mismatch): boolean {
  if (kind === 'changed' || kind === `only ${side.name}`) return true
  return key.every(part => part === null || holdsText(side.engine.encoding, part) === true)
}

async function fetchRows(side: Side, sql: RowSql, plan: Plan, keys: readonly Key[]): Promise<Map<string, Cell[][]>> {
  const found = new Map<string, Cell[][]>()
  if (keys.length === 0) return found
  const bag = plan.key.length === 0
  const parts = bag ? [sql.rowIdentity()] : sql.keyParts()
  const wanted = bag
    ? `${sql.rowIdentity()} in (${keys.map(key => (plan.secondHash ? `'${key[0]}'` : key[0])).join(', ')})`
    : rowsWithKeys(side.name, sql, side.engine.dialect, plan.key, keys)
  const cells = plan.pairs.flatMap(pair => cellSql(side, sql, plan, pair))
  const { values } = await side.query(`select ${[...parts, ...cells].join(', ')} from ${side.from(wanted)}`)
  const names = new Set(keys.map(key => JSON.stringify(key)))
  for (const row of values) {
    const key = row.slice(0, parts.length).map(asText)
    const name = JSON.stringify(key)
    // an index under a collation may find more than was asked for
    if (!names.has(name)) continue
    const list = found.get(name) ?? []
    list.push(plan.pairs.map((_, index) => toCell(row, parts.length + index * 3)))
    found.set(name, list)
  }
  return found
}

function asText(value: SqlValue | undefined): string | null {
  return value === null || value === undefined ? null : String(value)
}

function toCell(row: readonly SqlValue[], at: number): Cell {
  return { shown: asText(row[at]), exact: asText(row[at + 1]), value: asText(row[at + 2]) }
}

function cellSql(side: Side, sql: RowSql, plan: Plan, pair: ColumnPair): readonly string[] {
  const form = sql.form(pair).sql
  const exact = plan.method.startsWith('record') ? sql.columnIdentity(pair) : sql.digestOfText(form)
  const judged = pair.common.kind === 'json' || judgedByClient(pair.common, plan)
  const value = judged ? wholeText(side, sql, pair) : sql.digestOfText(sql.form(pair, { byValue: true }).sql)
  return [shownSql(side, sql, pair), exact, value]
}

/** The whole value, for the client to judge. */
function wholeText(side: Side, sql: RowSql, pair: ColumnPair): string {
  const ref = sql.ref(pair)
  if (side.engine.dialect === 'postgres')
    return pair.common.kind === 'float'
      ? `(${sql.form(pair, { sameFamily: true, byValue: false }).sql})::float8::text`
      : `${ref}::text`
  return pair.common.kind === 'float' ? doubleText(ref, sql.column(pair)) : `convert(${ref} using utf8mb4)`
}

function shownSql(side: Side, sql: RowSql, pair: ColumnPair): string {
  const ref = sql.ref(pair)
  const own = sql.column(pair)
  if (isSecretName(own.name))
    return side.engine.dialect === 'postgres'
      ? `case when ${ref} is not null then '***' end`
      : `if(${ref} is null, null, '***')`
  if (side.engine.dialect === 'postgres') {
    return own.type.kind === 'bytes'
      ? `'\\x' || encode(substr(${ref}, 1, ${SHOWN / 2}), 'hex')`
      : `left(${ref}::text, ${SHOWN})`
  }
  if (own.type.kind === 'bytes' || own.type.kind === 'geometry') return `concat('0x', hex(left(${ref}, ${SHOWN / 2})))`
  if (own.type.kind === 'bits') return `bin(${ref} + 0)`
  if (own.type.kind === 'float') return doubleText(ref, own)
  return `left(convert(${ref} using utf8mb4), ${SHOWN})`
}

/** The rows of one key that have no equal on the other side, where a key has several. */
function unmatched(left: Cell[][], right: Cell[][], plan: Plan): [Cell[][], Cell[][]] {
  if (left.length <= 1 && right.length <= 1) return [left, right]
  // all rows of a bag's key are alike
  if (plan.key.length === 0) return [left, right]
  const name = (row: readonly Cell[]) => JSON.stringify(row.map(cell => cell.exact))
  const rights = [...right]
  const lefts = left.filter(row => {
    const at = rights.findIndex(other => name(other) === name(row))
    if (at >= 0) rights.splice(at, 1)
    return at < 0
  })
  return [lefts, rights]
}

function compareCells(
  plan: Plan,
  left: readonly Cell[] | undefined,
  right: readonly Cell[] | undefined,
  options: JudgeOptions,
): { readonly differing: readonly number[]; readonly overruled: boolean; readonly spellingOnly: boolean } {
  if (!left || !right) return { differing: [], overruled: false, spellingOnly: false }
  const differing: number[] = []
  let spelled = 0
  let overruled = false
  for (const [index, pair] of plan.pairs.entries()) {
    const one = left[index] as Cell
    const other = right[index] as Cell
    if (one.exact === other.exact) continue
    const json = pair.common.kind === 'json'
    const judged = judgedByClient(pair.common, plan)
    if (judged && sameValue(pair, one.value, other.value, options)) {
      overruled = true
      continue
    }
    differing.push(index)
    const alike = json
      ? one.value !== null && other.value !== null && sameJson(one.value, other.value)
      : !judged && one.value === other.value
    if (alike && plan.mode === 'exact') spelled++
  }
  return { differing, overruled, spellingOnly: differing.length > 0 && spelled === differing.length }
}

function toExample(
  mismatch: Mismatch,
  left: readonly Cell[] | undefined,
  right: readonly Cell[] | undefined,
  differing: readonly number[],
): RowDifference {
  const shown = (row: readonly Cell[] | undefined) => row?.map(cell => cell.shown)
  return {
    kind: mismatch.kind,
    ...(left ? { left: shown(left) } : {}),
    ...(right ? { right: shown(right) } : {}),
    differing,
  }
}
