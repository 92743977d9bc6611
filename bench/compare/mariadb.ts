import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { compareRows } from '../../harness/compare/compare-rows.ts'
import { connect } from '../../harness/sql/connect.ts'
import type { Lease } from '../../harness/targets/lease.ts'
import type { Endpoint } from '../../harness/targets/target.ts'
import { type BenchReport, median, ratioAtMost } from '../measurement.ts'
import { expectRows, run, seconds, size } from './ends.ts'

const ROWS = size('MARIADB_ROWS', 1_000_000)
const ROUNDS = size('ROUNDS', 5)

/** A MariaDB primary with its replica, against pt-table-checksum. */
export async function mariadb(report: BenchReport, trio: Lease): Promise<void> {
  const primary = trio.endpoints.primary_admin as Endpoint
  const replica = (trio.endpoints.replica_admins as readonly Endpoint[])[0] as Endpoint
  await run(
    primary,
    `create table wide (id bigint primary key, k int, ts datetime(6), n decimal(18,4), f double, s varchar(64), txt text, u char(36)) default charset utf8mb4;
     insert into wide select seq, seq % 1000, timestamp '2020-01-01 00:00:00' + interval seq second, seq * 7919 % 100000000 / 10000, sqrt(seq), concat('s', md5(seq)),
       concat('line one\\nline "two" 数据 ', seq), uuid() from seq_1_to_${ROWS}; analyze table wide`,
  )
  const sides = {
    left: { endpoint: primary, table: { name: 'wide' } },
    right: { endpoint: replica, table: { name: 'wide' } },
  }
  const caughtUp = await connect(replica)
  await caughtUp.query(`select master_gtid_wait('${await gtid(primary)}', 300)`)
  await caughtUp.query('analyze table wide')
  await caughtUp.close()

  const sent = await bytesSent([primary, replica])
  const first = await compareRows(sides)
  expectRows(first, 0)
  report.note(`read over ${first.cost.connections} connections, held still by ${first.heldStill.left}`)
  const digest = (await bytesSent([primary, replica])) - sent
  await run(primary, 'select * from wide')
  const whole = 2 * ((await bytesSent([primary, replica])) - sent - digest)
  report.measured({
    metric: 'MariaDB: bytes on the wire vs both sides whole',
    value: digest / 1e6,
    against: whole / 1e6,
    unit: 'MB',
    ratio: digest / whole,
    goal: '<= 0.01',
    holds: digest / whole <= 0.01,
  })

  const ours: number[] = []
  const theirs: number[] = []
  let peer = true
  for (let round = -1; round < ROUNDS; round++) {
    const time = await seconds(async () => expectRows(await compareRows(sides), 0))
    if (round >= 0) ours.push(time)
    if (!peer) continue
    try {
      const other = await seconds(() => checksum(primary))
      if (round >= 0) theirs.push(other)
    } catch (error) {
      peer = false
      report.missing('pt-table-checksum', (error as Error).message)
    }
  }
  const metric = `MariaDB: ${ROWS.toLocaleString('en')} rows vs pt-table-checksum --function MD5`
  if (theirs.length === 0) report.measured({ metric, value: median(ours), unit: 's' })
  else report.measured(ratioAtMost(metric, { value: median(ours), against: median(theirs), unit: 's', atMost: 0.9 }))
}

async function gtid(primary: Endpoint): Promise<string> {
  await using session = await connect(primary)
  return String((await session.query('select @@global.gtid_binlog_pos')).values[0]?.[0])
}

async function bytesSent(ends: readonly Endpoint[]): Promise<number> {
  let sum = 0
  for (const end of ends) {
    await using session = await connect(end)
    sum += Number((await session.query("show global status like 'Bytes_sent'")).values[0]?.[1])
  }
  return sum
}

/** pt-table-checksum on the primary. The replicas replay its statements; looking for their differences afterwards is not in the time. */
async function checksum({ host, port, user, password, database }: Endpoint): Promise<void> {
  const child = spawn(
    'pt-table-checksum',
    [
      `h=${host},P=${port},u=${user}`,
      '--password',
      password.reveal(),
      '--databases',
      database ?? '',
      '--tables',
      'wide',
      '--function',
      'MD5',
      '--recursion-method=none',
      '--no-replicate-check',
      '--no-check-binlog-format',
      '--no-check-replication-filters',
      '--quiet',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], timeout: 120_000 },
  )
  let said = ''
  child.stderr.on('data', text => {
    said += text
  })
  const [code] = await Promise.race([
    once(child, 'close'),
    once(child, 'error').then(([error]) => Promise.reject(error as Error)),
  ])
  if (code !== 0) throw new Error(said.split('\n')[0] || `it ended with ${code}`)
}
