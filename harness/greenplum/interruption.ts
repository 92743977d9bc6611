import { z } from 'zod'
import type { ActionContext } from '../actions/define-action.ts'
import type { SqlSession } from '../sql/session.ts'
import { type LoopbackProxy, startLoopbackProxy } from '../targets/loopback-proxy.ts'
import type { Endpoint } from '../targets/target.ts'
import type { Phase, TransferSpec } from '../transfer/model.ts'
import { PHASES } from '../transfer/model.ts'

export const interruptionInput = z
  .strictObject({
    at: z
      .union([z.int().min(0).max(100), z.enum(PHASES)])
      .describe('Percent of the rows that have passed, or the beginning of a phase'),
    of: z.int().positive().optional().describe('Rows that are 100 percent. Default: they are counted on the source'),
    on: z.enum(['source', 'destination']),
    what: z
      .enum(['terminate', 'kill', 'pause', 'cut', 'sql'])
      .describe(
        'terminate: the server ends the session. kill, pause: the server itself. cut: TCP reset. sql: runs `sql`',
      ),
    sql: z.string().optional().describe('What another session runs there while the transfer waits'),
  })
  .describe('Holds the transfer at a moment, does something to one end, and lets it go on')

export type InterruptionInput = z.infer<typeof interruptionInput>

/** A transfer with a fault in it. */
export interface Interruption extends AsyncDisposable {
  readonly spec: TransferSpec
}

/** Ends the transfer's sessions on an endpoint, as an administrator or a failing network would. */
const TERMINATE = `select count(pg_terminate_backend(pid)) from pg_stat_activity
  where application_name = 'assay transfer' and datname = current_database() and pid <> pg_backend_pid()`

/** Prepares a transfer that is interrupted once, at the given moment. */
export async function interruption(
  input: InterruptionInput,
  spec: TransferSpec,
  context: ActionContext,
): Promise<Interruption> {
  const endpoint = spec[input.on]
  const proxy = input.what === 'cut' ? await startLoopbackProxy(endpoint) : undefined
  const total = typeof input.at === 'number' ? (input.of ?? (await countRows(spec, context))) : 0
  // Opened before, since opening it takes longer on a busy machine than the rest of a small transfer
  if (input.what === 'terminate' || input.what === 'sql') await interrupter(endpoint, context)
  let done = false
  const strike = async (): Promise<void> => {
    done = true
    context.log(`${input.what} ${input.on} at ${input.at}${typeof input.at === 'number' ? ' %' : ''}`)
    await act(input, endpoint, proxy, context)
  }
  const onPiece = ({ rows }: { rows: number }) =>
    !done && rows >= (total * (input.at as number)) / 100 ? strike() : undefined
  const onPhase = (phase: Phase) => (!done && phase === input.at ? strike() : undefined)
  return {
    spec: {
      ...spec,
      ...(proxy ? { [input.on]: proxy.endpoint } : {}),
      ...(typeof input.at === 'number' ? { onPiece } : { onPhase }),
    },
    async [Symbol.asyncDispose]() {
      await proxy?.[Symbol.asyncDispose]()
    },
  }
}

const interrupter = (endpoint: Endpoint, context: ActionContext): Promise<SqlSession> =>
  context.session(endpoint, { name: 'interruption' })

async function act(
  { what, sql }: InterruptionInput,
  endpoint: Endpoint,
  proxy: LoopbackProxy | undefined,
  context: ActionContext,
): Promise<void> {
  if (what === 'kill' || what === 'pause') return context.fault(what, endpoint)
  if (what === 'cut') return proxy?.cut()
  const session = await interrupter(endpoint, context)
  await session.query(what === 'terminate' ? TERMINATE : (sql ?? ''), { signal: context.signal })
}

async function countRows({ source, table, slice }: TransferSpec, context: ActionContext): Promise<number> {
  const { postgresDialect } = await import('../sql/dialect.ts')
  const session = await context.session(source)
  const name =
    table.schema === undefined
      ? postgresDialect.identifier(table.name)
      : postgresDialect.qualified(table.schema, table.name)
  const where = slice?.where === undefined ? '' : ` where ${slice.where}`
  const { values } = await session.query(`select count(*) from ${name}${where}`, { signal: context.signal })
  return Number(values[0]?.[0])
}
