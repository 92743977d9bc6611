import { ActionError } from '../../../../errors.ts'
import { mysqlDialect } from '../../../../sql/dialect.ts'
import { DataxError } from '../../../errors.ts'
import { kindAt, type Row, type Value } from '../../../record/kind.ts'
import type { RecordInput } from '../../plugin.ts'
import type { WriteTarget } from '../driver.ts'
import { sqlFailure } from '../sql-error.ts'
import { fatalConversion, type Send, type TextWriter, writeBatches } from '../write-batches.ts'
import type { Done } from './answer.ts'
import { bulkHead, bulkRows } from './bulk.ts'
import { type Encode, encoderOf } from './encode.ts'
import { loadRows, loadStatement } from './load.ts'
import { ValuesText } from './values-text.ts'

/** Where statements go. */
export interface StatementLine {
  readonly open: boolean
  /** Runs a statement whose text is given in pieces. Rejects with an ActionError, or with the reason of the job's signal. */
  run(text: readonly Buffer[]): Promise<void>
}

/** One that can also take rows as a file. */
export interface LoadLine extends StatementLine {
  load(text: string, data: readonly Buffer[]): Promise<Done>
}

/** One that can also take rows as the parameters of a prepared statement. */
export interface BulkLine extends StatementLine {
  prepare(text: string): Promise<number>
  bulk(body: readonly Buffer[]): Promise<void>
}

export type InsertOptions = {
  /** What the server takes in one statement, in bytes. */
  readonly largest: number
  /** Where rows of text go by LOAD DATA first. */
  readonly loadLine?: LoadLine
  /** Where rows of text go as parameters: the server is spared reading SQL. */
  readonly bulkLine?: BulkLine | undefined
}

/** Writes by statements of many rows; one statement is one transaction. */
export async function insertBatches(
  line: StatementLine,
  target: WriteTarget,
  input: RecordInput,
  { largest, loadLine, bulkLine }: InsertOptions,
): Promise<void> {
  const { columns, context } = target
  const texts = statementOf(target)
  const [head, tail] = texts.map(text => Buffer.from(text)) as [Buffer, Buffer]
  // a server that has no room for it gets statements as any other
  const prepared = await bulkLine?.prepare(texts.join(`(${columns.map(() => '?').join(',')})`)).catch(() => undefined)
  const sending = (values: Buffer): Send => {
    const length = head.length + values.length + tail.length
    if (length < largest) return () => line.run([head, values, tail])
    // the server would close the connection
    throw new DataxError('DBUtilErrorCode-05', `a statement of ${length} bytes, and the server takes ${largest}`, {
      hint: 'Raise max_allowed_packet at the server, or set a smaller batchByteSize.',
    })
  }
  await writeBatches(target, input, {
    write(rows, kinds): Send {
      const encoders = columns.map((column, index) => encoderOf(kindAt(kinds, index), column, target))
      return sending(Buffer.from(valuesOf(rows, encoders)))
    },
    textWriter: given => {
      if (given.length !== columns.length) return undefined
      const values = new ValuesText(given, target)
      const inValues: TextWriter = parts => sending(values.of(parts))
      if (!values.plain) return inValues
      if (loadLine) {
        const statement = loadStatement(target)
        return parts => () => loadRows(loadLine, statement, parts)
      }
      if (!bulkLine || prepared === undefined) return inValues
      const ways = [values.integers, columns.map(() => false)]
      return parts => {
        for (const integers of ways) {
          const rows = bulkRows(parts, integers)
          if (!rows) continue
          const body = [bulkHead(prepared, integers), rows]
          if (lengthOf(body) < largest - 1) return () => bulkLine.bulk(body)
        }
        return inValues(parts)
      }
    },
    ofRows(error) {
      context.signal.throwIfAborted()
      if (error instanceof DataxError) return !fatalConversion(error, context)
      if (line.open && !(error instanceof ActionError && error.class === 'connection_lost')) return true
      throw sqlFailure(error, 'DBUtilErrorCode-05', 'the connection to the database that is written was lost')
    },
  })
}

const lengthOf = (pieces: readonly Buffer[]): number => pieces.reduce((sum, piece) => sum + piece.length, 0)

function valuesOf(rows: readonly Row[], encoders: readonly Encode[]): string {
  let text = ''
  for (const [at, row] of rows.entries()) {
    text += at === 0 ? '(' : ',('
    for (let index = 0; index < encoders.length; index++) {
      const value = row[index] as Value
      if (index > 0) text += ','
      text += value === null ? 'NULL' : (encoders[index] as Encode)(value)
    }
    text += ')'
  }
  return text
}

/** `update` changes all listed columns of a row that is there; the other modes begin the statement as they are. */
function statementOf({ writeMode, table, columns }: WriteTarget): readonly [head: string, tail: string] {
  const names = columns.map(column => mysqlDialect.identifier(column.name))
  const into = `INTO ${table} (${names.join(',')}) VALUES `
  if (/^load$/i.test(writeMode)) return [`INSERT ${into}`, '']
  if (!/^update/i.test(writeMode)) return [`${writeMode} ${into}`, '']
  const updates = names.map(name => `${name}=VALUES(${name})`).join(',')
  return [`INSERT ${into}`, ` ON DUPLICATE KEY UPDATE ${updates}`]
}
