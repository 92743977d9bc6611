import { performance } from 'node:perf_hooks'
import { z } from 'zod'
import { ActionError } from '../errors.ts'
import { isSecretName } from '../log/secret.ts'
import type { SqlRecord } from '../report/model.ts'
import type { SqlResult, SqlSession, SqlValue } from '../sql/session.ts'
import { type ActionContext, defineAction } from './define-action.ts'

const SHOWN_ROWS = 20

const full = z.strictObject({
  text: z.string().describe('One or several statements; the last one’s result counts'),
  parameters: z
    .array(z.unknown())
    .optional()
    .describe('Values for $1, $2, … (PostgreSQL) or ? (MySQL); then the text is one statement'),
  session: z
    .string()
    .optional()
    .describe('A connection of its own under this name, kept for the case: for transactions that meet'),
  database: z.string().optional().describe('Another database than the endpoint’s'),
})

/** Runs SQL. */
export const sql = defineAction({
  name: 'sql',
  about:
    'Runs SQL on an endpoint and gives { rows, columns, values, count, affected, command, duration_ms }: rows by column name, values by position. A refusal of the database fails with its SQLSTATE as code and a portable class.',
  input: z.union([z.string(), full]),
  on: 'required',
  timeout: '60s',
  examples: [
    '- sql: select count(*) as n from account\n  on: primary\n  expect: { rows: [{ n: 3 }] }',
    '- sql: { text: "insert into t values ($1)", parameters: [1], session: writer }\n  on: source\n  fails: { class: unique_violation }',
  ],
  async run(input, context) {
    const { text, parameters, session: name, database } = typeof input === 'string' ? { text: input } : input
    const endpoint = context.endpoint
    const session = await context.session(endpoint, { name, database })
    const started = performance.now()
    try {
      const result = await session.query(text, { parameters, signal: context.signal })
      const duration = performance.now() - started
      context.record({ kind: 'sql', sql: recordOf({ context, session, text, parameters, duration, result }) })
      return {
        rows: result.rows,
        columns: result.columns.map(column => column.name),
        values: result.values,
        count: result.values.length,
        affected: result.affected,
        command: result.command,
        duration_ms: Math.round(duration * 1000) / 1000,
      }
    } catch (error) {
      context.record({
        kind: 'sql',
        sql: {
          ...recordOf({ context, session, text, parameters, duration: performance.now() - started }),
          error: errorText(error),
        },
      })
      if (context.signal.aborted && !session.open)
        context.log('the server did not answer the request to cancel, so its connection was closed')
      throw error
    }
  },
})

type Recorded = {
  readonly context: ActionContext
  readonly session: SqlSession
  readonly text: string
  readonly parameters?: readonly unknown[]
  readonly duration: number
  readonly result?: SqlResult
}

function recordOf({ context, session, text, parameters, duration, result }: Recorded): SqlRecord {
  const { endpoint } = context
  const masked = (result?.columns ?? []).map(({ name }) => isSecretName(name))
  return {
    endpoint: `${endpoint.name} (${endpoint.host}:${endpoint.port}${session.endpoint.database === undefined ? '' : `/${session.endpoint.database}`})`,
    text,
    ...(parameters === undefined
      ? {}
      : { parameters: parameters.map(value => (typeof value === 'bigint' ? value.toString() : value)) }),
    duration,
    ...(result === undefined
      ? {}
      : {
          rowCount: result.values.length,
          affected: result.affected,
          columns: result.columns.map(({ name }) => name),
          rows: result.values
            .slice(0, SHOWN_ROWS)
            .map(row => row.map((value, index) => (masked[index] && value !== null ? '***' : textOf(value)))),
        }),
  }
}

function textOf(value: SqlValue): string | null {
  if (value === null) return null
  if (Buffer.isBuffer(value)) return `\\x${value.subarray(0, 200).toString('hex')}`
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return text.length > 400 ? `${text.slice(0, 400)}…` : text
}

function errorText(error: unknown): string {
  if (!(error instanceof ActionError)) return String(error)
  return [error.systemCode, error.class, error.message].filter(part => part !== undefined).join('  ')
}
