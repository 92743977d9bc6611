import { connect } from '../../../../sql/connect.ts'
import { mysqlDialect } from '../../../../sql/dialect.ts'
import type { SqlSession } from '../../../../sql/session.ts'
import type { Endpoint } from '../../../../targets/target.ts'
import type { PluginContext } from '../../plugin.ts'
import type { DbColumn, Driver } from '../driver.ts'
import { sqlFailure } from '../sql-error.ts'
import { mysqlKind } from './columns.ts'
import { MysqlLine } from './line.ts'
import { whyNotLoaded } from './load.ts'
import { readText } from './read-text.ts'
import { byteLine, sessionLine } from './statement-line.ts'
import { streamRows } from './stream.ts'
import { insertBatches } from './write.ts'

/** Milliseconds; DataX tries for minutes. */
const CONNECT_WITHIN = 4_000

/** Strict: TIMESTAMP in the job's zone, and a value that does not fit is an error. DataX leaves both to the server. */
function settings({ mode }: PluginContext): readonly string[] {
  if (mode === 'compat') return []
  return ["set time_zone = '+08:00'", "set sql_mode = concat(@@sql_mode, ',STRICT_ALL_TABLES')"]
}

async function open(endpoint: Endpoint, context: PluginContext): Promise<SqlSession> {
  const { signal } = context
  const session = await connect(endpoint, { signal, within: CONNECT_WITHIN, applicationName: 'assay datax' })
  try {
    for (const text of settings(context)) await session.query(text, { signal })
    return session
  } catch (error) {
    await session.close()
    throw error
  }
}

/** What the server is and allows; not every server knows all of them. */
async function variables(session: SqlSession, signal?: AbortSignal): Promise<Readonly<Record<string, string>>> {
  const { values } = await session.query(
    "show variables where variable_name in ('version', 'read_only', 'max_allowed_packet', 'binlog_format')",
    { signal },
  )
  return Object.fromEntries(values.map(row => row.map(String)))
}

/** MySQL 8.4 knows the old words no more; the new ones came with 8.0.22. MariaDB takes the old ones. */
function saysReplica(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split(/[.-]/).map(Number)
  return !/mariadb/i.test(version) && major * 1_000_000 + minor * 1_000 + patch >= 8_000_022
}

export const mysqlDriver: Driver = {
  dialect: 'mysql',
  open,
  async describe(session, sql, context) {
    const { signal } = context
    const columnsOf = async (text: string): Promise<readonly DbColumn[]> => {
      const { columns } = await session.query(text, { signal })
      return columns.map(({ name, type }) => ({ name, type, kind: mysqlKind(name, type, 0) }))
    }
    try {
      return await columnsOf(`${sql} limit 0`)
    } catch (error) {
      signal.throwIfAborted()
      // a query may have a limit of its own, or names that a derived table must not have twice
      const wrapped = await columnsOf(`select * from (${sql}) assay_shape limit 0`).catch(() => undefined)
      if (wrapped) return wrapped
      if ((error as { class?: string }).class === 'syntax_error') return undefined
      throw sqlFailure(error, 'DBUtilErrorCode-01', `${sql} failed`)
    }
  },
  checkTarget() {},
  snapshot: async () => undefined,
  // as DataX asks: a server that can be written is a primary, and of a replica both threads must run
  async behind(session) {
    const { read_only, version = '' } = await variables(session)
    if (!/^(on|1|true)$/i.test(read_only ?? '')) return undefined
    const { rows } = await session.query(saysReplica(version) ? 'show replica status' : 'show slave status')
    const running = (thread: string): boolean =>
      ['Replica', 'Slave'].some(name => String(rows[0]?.[`${name}_${thread}_Running`]) === 'Yes')
    return running('IO') && running('SQL') ? undefined : 'replication does not run'
  },
  read(options, output) {
    // the bytes of a text as they lie in its table
    const raw = options.charset ? ['set character_set_results = null'] : []
    const first = [...settings(options.context), ...raw, ...options.session]
    // the driver keeps a socket with TLS to itself
    const read = options.endpoint.options?.ssl ? streamRows : readText
    return read(options, first, output)
  },
  async write(given, input) {
    const { endpoint, context, session: own } = given
    const { signal } = context
    const session = await open(endpoint, context)
    try {
      const server = await variables(session, signal)
      const largest = Number(server.max_allowed_packet)
      // a byte may become two, and quotes and commas come besides
      const target = { ...given, batchBytes: Math.min(given.batchBytes, Math.ceil(largest / 4)) }
      if (endpoint.options?.ssl) {
        for (const text of own) await session.query(text, { signal })
        await insertBatches(sessionLine(session, signal), target, input, { largest })
        return
      }
      const wanted = /^load$/i.test(given.writeMode)
      const whyNot = wanted ? await whyNotLoaded(target, session) : undefined
      if (whyNot !== undefined) context.log('WARN', 'MysqlWriter$Task', `written by statements, since ${whyNot}`)
      const local = wanted && whyNot === undefined
      await session.close()
      // MariaDB refuses them where its binary log has statements
      const bulk =
        context.mode === 'strict' && /mariadb/i.test(server.version ?? '') && server.binlog_format !== 'STATEMENT'
      await using line = await MysqlLine.open({
        endpoint,
        settings: [...settings(context), ...own],
        local,
        bulk,
        signal,
      })
      const bytes = byteLine(line, endpoint, signal)
      await insertBatches(bytes, target, input, {
        largest,
        ...(local ? { loadLine: bytes } : {}),
        ...(line.takesBulk ? { bulkLine: bytes } : {}),
      })
    } finally {
      await session.close()
    }
  },
  byBytes: expression => `convert(${expression} using utf8mb4) collate utf8mb4_bin`,
  literal: text => mysqlDialect.literal(text),
  splitKind: ({ type }) => (/int( unsigned)?$/.test(type) ? 'integer' : /char$/.test(type) ? 'text' : undefined),
}
