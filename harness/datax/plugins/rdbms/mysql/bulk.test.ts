import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { connect } from '../../../../sql/connect.ts'
import type { Lease } from '../../../../targets/lease.ts'
import type { Endpoint } from '../../../../targets/target.ts'
import { leaseForTest } from '../../../../targets/testing.ts'
import { TextBatch } from '../../../record/text-batch.ts'
import { bulkHead, bulkRows } from './bulk.ts'
import { MysqlLine } from './line.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

let lease: Lease
let primary: Endpoint
let replica: Endpoint
let admin: Endpoint

beforeAll(async () => {
  lease = await leaseForTest('mariadb.replication')
  primary = lease.endpoints.primary as Endpoint
  replica = (lease.endpoints.replicas as readonly Endpoint[])[0] as Endpoint
  admin = lease.endpoints.primary_admin as Endpoint
  await using session = await connect(primary)
  await session.query('create table bulk (id int primary key, text longtext, n decimal(10,2))')
})
afterAll(() => lease?.release())

/** Rows as COPY has them. */
function batch(lines: readonly string[]): TextBatch {
  const bytes = Buffer.from(lines.map(line => `${line}\n`).join(''))
  let end = 0
  const ends = Uint32Array.from(lines, line => (end += Buffer.byteLength(line) + 1))
  return new TextBatch([], [], { bytes, ends, sizes: ends })
}

type How = { readonly bulk?: boolean; readonly binlog?: string }

async function write(lines: readonly (readonly string[])[], { bulk = true, binlog }: How = {}): Promise<void> {
  await using line = await MysqlLine.open({
    endpoint: binlog === undefined ? primary : admin,
    settings: ["set sql_mode = 'STRICT_ALL_TABLES'", ...(binlog ? [`set binlog_format = '${binlog}'`] : [])],
    bulk,
    signal: new AbortController().signal,
  })
  expect(line.takesBulk).toBe(bulk)
  const statement = await line.prepare('insert into bulk (id, text, n) values (?,?,?)')
  const integers = [true, false, false]
  await line.bulk([bulkHead(statement, integers), bulkRows(lines.map(batch), integers) as Buffer])
}

async function ask(endpoint: Endpoint, text: string): Promise<readonly (readonly unknown[])[]> {
  await using session = await connect(endpoint)
  return (await session.query(text)).values
}

test.each(['ROW', 'MIXED'])(
  'texts of every length, escapes and NULLs arrive, also by a binary log of %s',
  async binlog => {
    await ask(primary, 'delete from bulk')
    const lengths = [0, 1, 250, 251, 65_535, 65_536, 1_000_000]
    const long = lengths.map((length, id) => `${id}\t${'é'.repeat(length >> 1)}${'x'.repeat(length & 1)}\t-1.5`)
    const odd = [
      '10\t\\N\t\\N',
      '11\ta\\tb\\nc\\\\d\\re\\bf\\fg\\vh\'i"j\t0.05',
      '12\t\\\\N\t12345678.90',
      '13\t界😀\t0',
    ]
    await write([long, odd], { binlog })
    for (const endpoint of [primary, replica]) {
      await expect.poll(() => ask(endpoint, 'select count(*) from bulk'), { timeout: 20_000 }).toEqual([[11]])
      expect(await ask(endpoint, 'select id, length(text), n from bulk where id < 10 order by id')).toEqual(
        lengths.map((length, id) => [id, length, '-1.50']),
      )
      expect(await ask(endpoint, 'select text, n from bulk where id >= 10 order by id')).toEqual([
        [null, null],
        ['a\tb\nc\\d\re\bf\fg\vh\'i"j', '0.05'],
        ['\\N', '12345678.90'],
        ['界😀', '0.00'],
      ])
    }
  },
)

test.each([
  ['is there', ['100\tx\t1', '100\ty\t2'], 1062],
  ['does not fit', ['101\tx\t1', '102\ty\tmany'], 1366],
])('of rows among which one %s none is written', async (_, lines, errno) => {
  await expect(write([lines])).rejects.toMatchObject({ errno })
  expect(await ask(primary, 'select count(*) from bulk where id >= 100')).toEqual([[0]])
})

test('a server that was not asked refuses the command, and says so', async () => {
  await expect(write([['200\tx\t1']], { bulk: false })).rejects.toMatchObject({ errno: expect.any(Number) })
  expect(await ask(primary, 'select count(*) from bulk where id = 200')).toEqual([[0]])
})

test('a server whose binary log has statements refuses the command', async () => {
  await expect(write([['300\tx\t1']], { binlog: 'STATEMENT' })).rejects.toThrow('Only row based replication')
})

test('an integer goes as one as long as a double holds it, and else the rows as texts', async () => {
  const exact = ['0', '1', '-1', '255', '-256', '2147483648', '-4294967296', '999999999999999', '-999999999999999']
  const rows = bulkRows([batch(exact)], [true]) as Buffer
  expect(exact.map((_, row) => rows.readBigInt64LE(row * 9 + 1))).toEqual(exact.map(BigInt))
  expect([...rows].filter((_, at) => at % 9 === 0)).toEqual(exact.map(() => 0))
  for (const other of ['1000000000000000', '18446744073709551615', '', '-', '1.0', '1e3', 'x'])
    expect(bulkRows([batch(['1', other])], [true]), other).toBeUndefined()
  expect(bulkRows([batch(['\\N', '7'])], [true])).toEqual(Buffer.of(1, 0, 7, 0, 0, 0, 0, 0, 0, 0))
})
