import type { Endpoint } from '../../targets/target.ts'
import { jdbcTls } from './jdbc-tls.ts'
import { jdbcUrl } from './jdbc-url.ts'

/** One end of a job. With an endpoint its account and address are filled in, for `table`, `querySql` or both given. */
export type JobEnd = {
  /** `postgresqlreader`; or without its end, `postgresql`. */
  readonly name: string
  readonly parameter?: Readonly<Record<string, unknown>>
  readonly endpoint?: Endpoint
  readonly table?: readonly string[]
  readonly querySql?: readonly string[]
}

export type JobPlan = {
  readonly reader: JobEnd
  readonly writer: JobEnd
  readonly transformer?: readonly unknown[]
  readonly channel?: number
  readonly errorLimit?: { readonly record?: number; readonly percentage?: number }
  readonly setting?: Readonly<Record<string, unknown>>
  readonly core?: Readonly<Record<string, unknown>>
}

/** The job file of a plan, as an object. Its passwords are in the clear, as DataX wants them: not for a log. */
export function buildJob(plan: JobPlan): Readonly<Record<string, unknown>> {
  return {
    ...(plan.core ? { core: plan.core } : {}),
    job: {
      setting: {
        speed: { channel: plan.channel ?? 1 },
        ...(plan.errorLimit ? { errorLimit: plan.errorLimit } : {}),
        ...plan.setting,
      },
      content: [
        {
          reader: end(plan.reader, 'reader'),
          writer: end(plan.writer, 'writer'),
          ...(plan.transformer ? { transformer: plan.transformer } : {}),
        },
      ],
    },
  }
}

function end({ name, parameter = {}, endpoint, table, querySql }: JobEnd, side: 'reader' | 'writer'): unknown {
  const full = name.endsWith(side) ? name : `${name}${side}`
  if (!endpoint) return { name: full, parameter }
  const dialect = endpoint.protocol === 'postgres' ? 'postgres' : 'mysql'
  const url = jdbcUrl({
    dialect,
    host: endpoint.host,
    port: endpoint.port,
    database: endpoint.database ?? endpoint.user,
    options: jdbcTls(dialect, endpoint),
  })
  const connection = {
    jdbcUrl: side === 'reader' ? [url] : url,
    ...(table ? { table } : {}),
    ...(querySql ? { querySql } : {}),
  }
  return {
    name: full,
    parameter: {
      username: endpoint.user,
      password: endpoint.password.reveal(),
      connection: [connection],
      ...parameter,
    },
  }
}
