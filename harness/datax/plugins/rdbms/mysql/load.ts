import { mysqlDialect } from '../../../../sql/dialect.ts'
import type { SqlSession } from '../../../../sql/session.ts'
import { DataxError } from '../../../errors.ts'
import type { TextBatch } from '../../../record/text-batch.ts'
import type { WriteTarget } from '../driver.ts'
import type { Done } from './answer.ts'
import type { LoadLine } from './write.ts'

const BACKSLASH = 92
/** Of `\\f` and `\\v`, which MySQL does not know: what they stand for, by the letter. */
const UNKNOWN: Readonly<Record<number, number>> = { 102: 0x0c, 118: 0x0b }

/** Why a table cannot be loaded; undefined where it can. A load that is not whole must be undone, which not every table allows. */
export async function whyNotLoaded({ table }: WriteTarget, session: SqlSession): Promise<string | undefined> {
  const { values } = await session.query(
    "show variables where variable_name in ('local_infile', 'wsrep_load_data_splitting')",
  )
  const settings = Object.fromEntries(values.map(([name, value]) => [String(name), /^(on|1)$/i.test(String(value))]))
  if (settings.local_infile !== true) return 'the server has local_infile off'
  if (settings.wsrep_load_data_splitting === true)
    return 'the server commits a load in pieces (wsrep_load_data_splitting)'
  const shown = await session.query(`show create table ${table}`)
  return /^CREATE TABLE [\s\S]*\) ENGINE=InnoDB\b/.test(String(shown.values[0]?.[1]))
    ? undefined
    : `${table} is no table of InnoDB, in which a load can be undone`
}

/** The statement. All of its format is said: the defaults depend on sql_mode. */
export function loadStatement({ table, columns }: WriteTarget): string {
  const names = columns.map(column => mysqlDialect.identifier(column.name)).join(',')
  return `LOAD DATA LOCAL INFILE 'datax' INTO TABLE ${table} CHARACTER SET utf8mb4 FIELDS TERMINATED BY 0x09 ESCAPED BY 0x5c LINES TERMINATED BY 0x0a (${names})`
}

/**
 * Loads rows of text in a transaction. LOCAL makes warnings of what are errors elsewhere, and skips rows: with a single warning, or a row
 * too few, nothing is kept, and the rows are to be written by statements.
 */
export async function loadRows(line: LoadLine, statement: string, parts: readonly TextBatch[]): Promise<void> {
  const rows = parts.reduce((sum, part) => sum + part.count, 0)
  await line.run([Buffer.from('START TRANSACTION')])
  let done: Done | undefined
  try {
    done = await line.load(
      statement,
      parts.map(part => loadText(part.bytes)),
    )
  } finally {
    const whole = done?.warnings === 0 && done.affected === rows
    if (line.open) await line.run([Buffer.from(whole ? 'COMMIT' : 'ROLLBACK')])
  }
  if (done.warnings > 0 || done.affected !== rows)
    throw new DataxError(
      'DBUtilErrorCode-05',
      `of ${rows} rows ${done.affected} were loaded, with ${done.warnings} warnings; they are written by statements`,
    )
}

/** COPY's text as LOAD DATA reads it. */
function loadText(bytes: Buffer): Buffer {
  if (!bytes.includes('\\f') && !bytes.includes('\\v')) return bytes
  const out = Buffer.allocUnsafe(bytes.length)
  let put = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number
    if (byte !== BACKSLASH) {
      out[put++] = byte
      continue
    }
    const next = bytes[++at] as number
    const meant = UNKNOWN[next]
    if (meant === undefined) out[put++] = byte
    out[put++] = meant ?? next
  }
  return out.subarray(0, put)
}
