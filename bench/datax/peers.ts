import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from '../../harness/sql/connect.ts'
import type { Endpoint } from '../../harness/targets/target.ts'

/** Rows of a statement that is ready: about as many as mysqlwriter puts into one. */
const STATEMENT_ROWS = 16_384

/** INSERT statements of all rows, as mysqlwriter makes them. */
export async function readyStatements(source: Endpoint): Promise<readonly string[]> {
  await using session = await connect(source)
  const { values } = await session.query(
    `select string_agg(format('(%s,%s,''%s'',''%s'')', id, n, label, at), ',') from bench group by id / ${STATEMENT_ROWS}`,
  )
  return values.map(([rows]) => `insert into bench (id, n, label, at) values ${rows}`)
}

/** Seconds that a server takes for them. */
export async function runAll(endpoint: Endpoint, statements: readonly string[]): Promise<number> {
  await using session = await connect(endpoint)
  const from = performance.now()
  for (const text of statements) await session.query(text)
  return (performance.now() - from) / 1000
}

export async function sql(endpoint: Endpoint, text: string): Promise<void> {
  await using session = await connect(endpoint)
  await session.query(text)
}

export async function hasPsql(): Promise<boolean> {
  const child = spawn('psql', ['--version'], { stdio: 'ignore' })
  return new Promise(resolve => {
    child.once('error', () => resolve(false))
    child.once('exit', code => resolve(code === 0))
  })
}

/** Seconds of `psql COPY | psql COPY`. */
export async function copyPipe(source: Endpoint, destination: Endpoint): Promise<number> {
  const client = ({ host, port, user, database }: Endpoint, text: string): string =>
    `psql -XqAt -h ${host} -p ${port} -U ${user} -d ${database} -c "${text}"`
  const line = `PGPASSWORD=$ASSAY_FROM ${client(source, 'copy bench to stdout')} | PGPASSWORD=$ASSAY_TO ${client(destination, 'copy bench from stdin')}`
  const from = performance.now()
  const child = spawn('/bin/sh', ['-c', line], {
    stdio: 'inherit',
    env: { ...process.env, ASSAY_FROM: source.password.reveal(), ASSAY_TO: destination.password.reveal() },
  })
  const [code] = (await once(child, 'exit')) as [number]
  if (code !== 0) throw new Error(`COPY | COPY ended with ${code}`)
  return (performance.now() - from) / 1000
}
