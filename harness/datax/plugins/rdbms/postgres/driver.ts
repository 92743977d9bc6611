import { postgresDialect } from '../../../../sql/dialect.ts'
import type { Endpoint } from '../../../../targets/target.ts'
import { type CopySession, openCopySession } from '../../../../transfer/copy/copy-session.ts'
import type { PluginContext } from '../../plugin.ts'
import type { Driver } from '../driver.ts'
import { sqlFailure } from '../sql-error.ts'
import { describeColumns, refuseUnread, refuseUnwritten } from './columns.ts'
import { copyRows } from './read.ts'
import { copyBatches } from './write.ts'

/** Milliseconds; DataX tries for minutes. */
const CONNECT_WITHIN = 4_000

/** The zone of a job is GMT+8; a zone of PostgreSQL named in this way counts westwards. */
const SETTINGS =
  "set time zone 'Etc/GMT-8'; set datestyle to 'ISO, YMD'; set intervalstyle to 'postgres'; set bytea_output to 'hex'"

async function open(endpoint: Endpoint, { signal }: PluginContext): Promise<CopySession> {
  const session = await openCopySession(endpoint, { signal, within: CONNECT_WITHIN, applicationName: 'assay datax' })
  try {
    await session.query(SETTINGS, { signal })
    return session
  } catch (error) {
    await session.close()
    throw error
  }
}

export const postgresDriver: Driver = {
  dialect: 'postgres',
  open,
  describe: async (session, sql, context) => {
    try {
      const columns = await describeColumns(session, sql, context)
      return columns
    } catch (error) {
      context.signal.throwIfAborted()
      throw sqlFailure(error, 'DBUtilErrorCode-01', `${sql} failed`)
    }
  },
  checkTarget: refuseUnwritten,
  async snapshot(session) {
    await session.query('begin isolation level repeatable read read only')
    const { values } = await session.query('select pg_export_snapshot()')
    return String(values[0]?.[0])
  },
  async read(options, output) {
    const { endpoint, sql, snapshot, context } = options
    await using session = await open(endpoint, context)
    if (snapshot !== undefined)
      await session.query(
        `begin isolation level repeatable read read only; set transaction snapshot ${postgresDialect.literal(snapshot)}`,
      )
    const columns = await describeColumns(session, sql, context)
    refuseUnread(columns, context)
    await copyRows(session, options, columns, output)
  },
  async write(target, input) {
    await using session = await open(target.endpoint, target.context)
    await copyBatches(session, target, input)
  },
  byBytes: expression => `${expression} collate "C"`,
  literal: text => postgresDialect.literal(text),
  splitKind: ({ type }) => {
    if (['int2', 'int4', 'int8'].includes(type)) return 'integer'
    return ['text', 'varchar', 'bpchar'].includes(type) ? 'text' : undefined
  },
}
