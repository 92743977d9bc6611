import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compareRows } from '../../../../compare/compare-rows.ts'
import { connect } from '../../../../sql/connect.ts'
import type { JobPlan } from '../../../job/build.ts'
import type { RunResult } from '../../engine.ts'
import { type Servers, sql } from './tables.ts'

export type Run = (plan: JobPlan) => Promise<RunResult & { readonly printed: string }>

export const folder = mkdtempSync(join(tmpdir(), 'assay-faults-'))

const print = { name: 'stream', parameter: { print: true } }
const column = ['id', 'name', 'amount', 'at']

/** Drops nothing, and wants values: rows cannot stay text. */
const KEEP_ALL = { name: 'dx_filter', parameter: { columnIndex: 0, paras: ['>', '1000000'] } }
/** What DataX counts of the two tables, found out value by value. */
const READ_BYTES = 47_181n
const STOCK_BYTES = 33_998n

async function toPostgres(
  run: Run,
  { source, destination }: Servers,
  { splitPk, ...how }: Partial<JobPlan> & { readonly splitPk?: string },
): Promise<unknown> {
  await sql(destination, [
    'drop table if exists things',
    'create table things (id bigint, name text, amount numeric, at timestamp)',
  ])
  const { exitCode, counters } = await run({
    ...how,
    reader: {
      ...{ name: 'postgresql', endpoint: source, table: ['things'] },
      parameter: { column, ...(splitPk === undefined ? {} : { splitPk }) },
    },
    writer: { name: 'postgresql', endpoint: destination, table: ['things'], parameter: { column, batchSize: 64 } },
  })
  const { verdict, rows } = await compareRows({
    left: { endpoint: source, table: { name: 'things' } },
    right: { endpoint: destination, table: { name: 'things' } },
  })
  const { total, written, readBytes } = counters
  return { exitCode, total, written, readBytes, verdict, rows: rows.right }
}

type ToMysql = { readonly transformer?: readonly object[]; readonly statements?: boolean }

async function toMysql(run: Run, { source, mysql }: Servers, how: ToMysql): Promise<unknown> {
  await sql(mysql, [
    'drop table if exists things',
    'create table things (id bigint primary key, name text, amount decimal(40,20), at datetime, raw varbinary(4))',
  ])
  const where = 'id is not null'
  // bytes cannot be a parameter's text, so such rows go as statements
  const [read, written] = how.statements
    ? [
        [...column, "'ab'::bytea"],
        [...column, 'raw'],
      ]
    : [column, column]
  const { exitCode, counters } = await run({
    transformer: how.transformer ?? [],
    reader: { name: 'postgresql', endpoint: source, table: ['things'], parameter: { column: read, where } },
    writer: { name: 'mysql', endpoint: mysql, table: ['things'], parameter: { column: written, batchSize: 64 } },
  })
  await sql(mysql, ['alter table things drop column raw'])
  const { verdict } = await compareRows({
    left: { endpoint: source, table: { name: 'things' }, where },
    right: { endpoint: mysql, table: { name: 'things' } },
    mode: 'by-value',
    key: ['id'],
  })
  return { exitCode, written: counters.written, verdict }
}

async function fromMysql(run: Run, { mysql, destination }: Servers, transformer: readonly object[]): Promise<unknown> {
  await sql(destination, [
    'drop table if exists stock',
    'create table stock (id bigint, name text, amount numeric(40,20), at timestamp)',
  ])
  const { exitCode, counters } = await run({
    transformer,
    reader: { name: 'mysql', endpoint: mysql, table: ['stock'], parameter: { column } },
    writer: { name: 'postgresql', endpoint: destination, table: ['stock'], parameter: { column, batchSize: 64 } },
  })
  const { verdict } = await compareRows({
    left: { endpoint: mysql, table: { name: 'stock' } },
    right: { endpoint: destination, table: { name: 'stock' } },
    mode: 'by-value',
    key: ['id'],
  })
  const { total, written, readBytes } = counters
  return { exitCode, total, written, readBytes, verdict }
}

/** What is looked at after a job; each gives what it saw, which is `expected` where the engine is right. */
export const SCENARIOS: Readonly<
  Record<string, { readonly expected: unknown; look(run: Run, at: Servers): Promise<unknown> }>
> = {
  'a split table is the same on the other server': {
    expected: { exitCode: 0, total: 1002n, written: 1002n, readBytes: READ_BYTES, verdict: 'equal', rows: 1002 },
    look: (run, at) => toPostgres(run, at, { channel: 3, splitPk: 'id' }),
  },
  'the same value by value': {
    expected: { exitCode: 0, total: 1002n, written: 1002n, readBytes: READ_BYTES, verdict: 'equal', rows: 1002 },
    look: (run, at) => toPostgres(run, at, { transformer: [KEEP_ALL] }),
  },
  'the same in MySQL': {
    expected: { exitCode: 0, written: 1001n, verdict: 'equal' },
    look: (run, at) => toMysql(run, at, {}),
  },
  'the same in MySQL, by statements': {
    expected: { exitCode: 0, written: 1001n, verdict: 'equal' },
    look: (run, at) => toMysql(run, at, { statements: true }),
  },
  'the same in MySQL, value by value': {
    expected: { exitCode: 0, written: 1001n, verdict: 'equal' },
    look: (run, at) => toMysql(run, at, { transformer: [KEEP_ALL] }),
  },
  'from MySQL to PostgreSQL': {
    expected: { exitCode: 0, total: 500n, written: 500n, readBytes: STOCK_BYTES, verdict: 'equal' },
    look: (run, at) => fromMysql(run, at, []),
  },
  'from MySQL to PostgreSQL, value by value': {
    expected: { exitCode: 0, total: 500n, written: 500n, readBytes: STOCK_BYTES, verdict: 'equal' },
    look: (run, at) => fromMysql(run, at, [KEEP_ALL]),
  },
  'a boolean and a double become texts': {
    expected: {
      exitCode: 0,
      rows: [
        ['true', '0.0000001'],
        ['false', '1.5'],
        [null, null],
      ],
    },
    async look(run, { source, destination }) {
      await sql(destination, ['drop table if exists odd', 'create table odd (id int, ok text, amount text)'])
      const parameter = { column: ['id', 'ok', 'amount'] }
      const { exitCode } = await run({
        reader: { name: 'postgresql', endpoint: source, table: ['odd'], parameter },
        writer: { name: 'postgresql', endpoint: destination, table: ['odd'], parameter },
      })
      await using session = await connect(destination)
      return { exitCode, rows: (await session.query('select ok, amount from odd order by id')).values }
    },
  },
  'of a batch with bad rows only those are dirty': {
    expected: { exitCode: 0, dirty: ['17', '400', '999'], failed: 3n, written: 997n, sum: '499084' },
    async look(run, { source, destination }) {
      await sql(destination, ['drop table if exists tight', 'create table tight (id int primary key, amount int)'])
      const { exitCode, dirty, counters } = await run({
        errorLimit: { record: 3 },
        reader: { name: 'postgresql', endpoint: source, table: ['loose'], parameter: { column: ['id', 'amount'] } },
        writer: {
          name: 'postgresql',
          endpoint: destination,
          table: ['tight'],
          parameter: { column: ['id', 'amount'] },
        },
      })
      await using session = await connect(destination)
      const { values } = await session.query('select sum(amount)::text from tight')
      return {
        ...{ exitCode, dirty: dirty.map(one => one.record[0]?.rawData), failed: counters.failed },
        ...{ written: counters.written, sum: values[0]?.[0] },
      }
    },
  },
  'one dirty row beyond the limit fails the job': {
    expected: { exitCode: 1, errorCode: 'Framework-14' },
    async look(run) {
      const { exitCode, errorCode } = await run({ ...bad(), errorLimit: { record: 1 } })
      return { exitCode, errorCode }
    },
  },
  'dirty rows of the reader are counted, and not written': {
    expected: { exitCode: 0, total: 4n, failed: 2n, written: 2n, printed: 'a\t1\nd\t4\n' },
    async look(run) {
      const { exitCode, counters, printed } = await run({ ...bad(), errorLimit: { record: 2 } })
      return { exitCode, total: counters.total, failed: counters.failed, written: counters.written, printed }
    },
  },
  'lines of a file pass a chain of transformers once': {
    expected: { printed: 'ALPHA\t*x\nGAMMA\t*z\n', filtered: 1n, success: 3n },
    async look(run) {
      const one = (name: string, columnIndex: number, ...paras: string[]) => ({
        name,
        parameter: { columnIndex, paras },
      })
      const { printed, counters } = await run({
        reader: csv('ALPHAbet,x\nBETA,y\nGAMMAray,z'),
        writer: print,
        transformer: [
          one('dx_filter', 0, '=', 'BETA'),
          one('dx_substr', 0, '0', '5'),
          one('dx_replace', 1, '0', '0', '*'),
        ],
      })
      return { printed, filtered: counters.transformer?.filtered, success: counters.transformer?.success }
    },
  },
  'a file that is written is read as it was': {
    expected: { text: 'id,"with ""quotes"", and comma"\n1,"two\nlines"\n2,\\N\n', written: 3n },
    async look(run) {
      const path = mkdtempSync(join(folder, 'out-'))
      const { counters } = await run({
        reader: csv('id,"with ""quotes"", and comma"\n1,"two\nlines"\n2,\\N'),
        writer: { name: 'txtfile', parameter: { path, fileName: 'o', writeMode: 'truncate', fileFormat: 'csv' } },
      })
      const [name = ''] = readdirSync(path)
      return { text: readFileSync(join(path, name), 'utf8'), written: counters.written }
    },
  },
}

let files = 0
function csv(text: string, of: readonly unknown[] = ['*']) {
  const path = join(folder, `in-${++files}.csv`)
  writeFileSync(path, text)
  return { name: 'txtfile', parameter: { path, column: of } }
}

/** Four lines, of which two are no numbers. */
function bad(): JobPlan {
  const of = [
    { index: 0, type: 'string' },
    { index: 1, type: 'long' },
  ]
  return { reader: csv('a,1\nb,x\nc,y\nd,4\n', of), writer: print }
}
