import { ActionError } from '../../../../errors.ts'
import { mysqlDialect } from '../../../../sql/dialect.ts'
import type { SqlSession } from '../../../../sql/session.ts'
import { DataxError } from '../../../errors.ts'
import { asBoolean, asBytes, asDate, asLong, asText, type Mode } from '../../../record/convert.ts'
import { type Kind, kindAt, type Row, type Value } from '../../../record/kind.ts'
import type { RecordInput } from '../../plugin.ts'
import type { DbColumn, WriteTarget } from '../driver.ts'
import { sqlFailure } from '../sql-error.ts'
import { fatalConversion, writeBatches } from '../write-batches.ts'
import { isBytes, isDate, isInteger, isNumeric, isText } from './columns.ts'

type Encode = (value: Exclude<Value, null>) => string

const NUMERAL = /^-?\d+(?:\.\d+)?$/

/** Writes by statements of many rows; one statement is one transaction. */
export async function insertBatches(session: SqlSession, target: WriteTarget, input: RecordInput): Promise<void> {
  const { columns, context } = target
  const { head, tail } = statementOf(target)
  await writeBatches(target, input, {
    async write(rows: readonly Row[], kinds: readonly Kind[]) {
      const encoders = columns.map((column, index) => encoderOf(kindAt(kinds, index), column, target))
      let text = head
      for (const [at, row] of rows.entries()) {
        text += at === 0 ? '(' : ',('
        for (let index = 0; index < encoders.length; index++) {
          const value = row[index] as Value
          if (index > 0) text += ','
          text += value === null ? 'NULL' : (encoders[index] as Encode)(value)
        }
        text += ')'
      }
      await session.query(text + tail, { signal: context.signal })
    },
    ofRows(error) {
      context.signal.throwIfAborted()
      if (error instanceof DataxError) return !fatalConversion(error, context)
      if (session.open && !(error instanceof ActionError && error.class === 'connection_lost')) return true
      throw sqlFailure(error, 'DBUtilErrorCode-05', 'the connection to the database that is written was lost')
    },
  })
}

/** `update` changes all listed columns of a row that is there; the other modes begin the statement as they are. */
function statementOf({ writeMode, table, columns }: WriteTarget): { readonly head: string; readonly tail: string } {
  const names = columns.map(column => mysqlDialect.identifier(column.name))
  const into = `INTO ${table} (${names.join(',')}) VALUES `
  if (!/^update/i.test(writeMode)) return { head: `${writeMode} ${into}`, tail: '' }
  const updates = names.map(name => `${name}=VALUES(${name})`).join(',')
  return { head: `INSERT ${into}`, tail: ` ON DUPLICATE KEY UPDATE ${updates}` }
}

function encoderOf(kind: Kind, column: DbColumn, { emptyAsNull, context: { mode } }: WriteTarget): Encode {
  const text = (value: Value): string => asText(value, kind, mode) as string
  if (isBytes(column)) return value => mysqlDialect.value(asBytes(value, kind) as Buffer)
  if (isText(column)) return value => mysqlDialect.literal(text(value))
  if (column.type === 'bit') return value => bit(value, kind, mode)
  if (isDate(column)) return value => date(value, kind, column, mode)
  if (isNumeric(column)) return value => number(value, kind, column, { emptyAsNull, mode })
  return value => mysqlDialect.literal(text(value))
}

function bit(value: Exclude<Value, null>, kind: Kind, mode: Mode): string {
  if (Buffer.isBuffer(value)) return mysqlDialect.value(value)
  if (kind === 'LONG' && mode === 'strict') return String(asLong(value, kind, mode))
  return asBoolean(value, kind) ? "b'1'" : "b'0'"
}

function date(value: Exclude<Value, null>, kind: Kind, { type }: DbColumn, mode: Mode): string {
  if (value === '') return 'NULL'
  const found = asDate(value, kind, mode)
  if (!found) return 'NULL'
  const full = found.kind === 'TIME' && type !== 'time' ? `1970-01-01 ${found.text}` : found.text
  return mysqlDialect.literal(type === 'time' ? full.replace(/^\d+-\d\d-\d\d /, '') : full)
}

function number(
  value: Exclude<Value, null>,
  kind: Kind,
  column: DbColumn,
  { emptyAsNull, mode }: { readonly emptyAsNull: boolean; readonly mode: Mode },
): string {
  // DataX converts for TINYINT, and writes the words true and false to every other number
  if (kind === 'BOOL' && (mode === 'strict' || column.type.startsWith('tinyint'))) return value ? '1' : '0'
  if (emptyAsNull && value === '') return 'NULL'
  // as a numeral without exponent a double would be read as DECIMAL first, which has 65 digits
  if (/^(float|double)/.test(column.type))
    return mysqlDialect.literal(kind === 'DOUBLE' ? (value as string) : (asText(value, kind, mode) as string))
  const plain = asText(value, kind, mode) as string
  if (mode === 'strict' && isInteger(column) && /\.\d*[1-9]/.test(plain))
    throw new DataxError('Common-01', `${plain} has a fraction, which ${column.name} would lose`)
  return NUMERAL.test(plain) ? plain : mysqlDialect.literal(plain)
}
