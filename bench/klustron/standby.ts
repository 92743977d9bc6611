import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mariadbBinaries } from '../../fixtures/servers/mariadb/binaries.ts'
import { type Cluster, compareStandby, type Klustron, type StorageNode } from '../../harness/klustron/index.ts'
import { connect } from '../../harness/sql/connect.ts'
import { type BenchReport, median, ratioAtMost } from '../measurement.ts'

const ROWS = Number(process.env.BENCH_STANDBY_ROWS ?? 1_000_000)
const ROUNDS = 5
const DATABASE = 'postgres_$$_public'
const TABLE = 'standby_big'
const FILL_WITHIN = '300'

/** compare_standby of a shard with three nodes, against the digests that it sends, started on all three together by MariaDB's own client. */
export async function standby(report: BenchReport, klustron: Klustron, cluster: Cluster): Promise<void> {
  const shard = cluster.shards[1]
  const primary = shard?.primary as StorageNode
  const nodes = shard?.nodes as readonly StorageNode[]
  await fill(primary, nodes)
  const compare = async (): Promise<void> => {
    const result = await compareStandby({ info: klustron.info, cluster: cluster.id, tables: [TABLE] })
    if (result.verdict !== 'equal' || result.rows !== ROWS * (nodes.length - 1)) throw new Error(result.summary)
  }
  const digests = await digestsOf(primary, compare)
  const { client, env } = await mariadbBinaries()
  if (client === undefined || digests.length === 0) {
    report.missing('mariadb, the client', client === undefined ? 'it is not installed' : 'no digest was seen')
    return
  }
  const times = { ours: [] as number[], theirs: [] as number[] }
  for (let round = -1; round < ROUNDS; round++) {
    const works = [
      ['ours', compare],
      ['theirs', () => Promise.all(nodes.map(node => ask(client, env, node, digests)))],
    ] as const
    for (let at = 0; at < works.length; at++) {
      const [who, work] = works[(at + round + works.length) % works.length] as (typeof works)[number]
      const from = performance.now()
      await work()
      if (round >= 0) times[who].push((performance.now() - from) / 1000)
    }
  }
  const metric = `compare_standby, 3 nodes, ${ROWS.toLocaleString('en')} rows, against ${digests.length} digests by the client on each`
  report.measured(
    ratioAtMost(metric, { value: median(times.ours), against: median(times.theirs), unit: 's', atMost: 1.2 }),
  )
}

async function fill(primary: StorageNode, nodes: readonly StorageNode[]): Promise<void> {
  await using session = await connect(primary, { database: DATABASE })
  await session.query(`create table ${TABLE} (id int primary key, k int, v varchar(64), d datetime)`)
  await session.query(
    `insert into ${TABLE} select seq, seq % 1000, md5(seq), timestamp '2020-01-01 00:00:00' + interval seq second from seq_1_to_${ROWS}`,
  )
  const [gtid] = (await session.query('select @@global.gtid_binlog_pos')).values[0] ?? []
  for (const node of nodes.filter(one => one.role === 'replica')) {
    await using replica = await connect(node)
    await replica.query(`select master_gtid_wait('${gtid}', ${FILL_WITHIN})`)
  }
}

/** The statements that a comparison sends to the primary for its digest, from the server's own log. */
async function digestsOf(primary: StorageNode, compare: () => Promise<void>): Promise<readonly string[]> {
  await using session = await connect(primary)
  await session.query(`set global log_output = 'TABLE'; set global general_log = 'ON'`)
  try {
    await compare()
  } finally {
    await session.query(`set global general_log = 'OFF'`)
  }
  const { values } = await session.query(
    `select distinct convert(argument using utf8mb4) from mysql.general_log where argument like '%${TABLE}%' and argument like '%group by%' and argument not like '%general_log%'`,
  )
  return values.map(([text]) => String(text))
}

async function ask(
  client: string,
  env: Readonly<Record<string, string>>,
  { host, port, user, password }: StorageNode,
  digests: readonly string[],
): Promise<void> {
  const child = spawn(
    client,
    ['--no-defaults', '-h', host, '-P', String(port), '-u', user, '--batch', '--skip-column-names', DATABASE],
    { env: { ...process.env, ...env, MYSQL_PWD: password.reveal() }, stdio: ['pipe', 'ignore', 'inherit'] },
  )
  child.stdin.end(digests.map(text => `${text};\n`).join(''))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${client} ended with ${code}`)
}
