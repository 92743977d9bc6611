import { secret } from '../../log/secret.ts'
import { connect } from '../../sql/connect.ts'
import { dialectOf } from '../../sql/dialect.ts'
import type { SqlSession } from '../../sql/session.ts'
import type { Lease } from '../../targets/lease.ts'
import type { Endpoint } from '../../targets/target.ts'
import { leaseForTest } from '../../targets/testing.ts'
import { compareRows } from '../compare-rows.ts'
import type { CompareRowsResult } from '../result.ts'
import type { CompareSpec } from '../spec.ts'
import type { EndsName, Scenario, SideSql } from './scenario.ts'

type Roles = Readonly<Record<'source' | 'destination' | 'older' | 'newer' | 'primary', End>>
type End = { readonly endpoint: Endpoint; readonly session: SqlSession }

/** Real servers for scenarios: tables are made, compared, and dropped. */
export class Stage implements AsyncDisposable {
  readonly #leases: readonly Lease[]
  readonly #ends: Roles
  readonly #admin: Endpoint
  #tables = 0

  private constructor(leases: readonly Lease[], ends: Roles, admin: Endpoint) {
    this.#leases = leases
    this.#ends = ends
    this.#admin = admin
  }

  static async open(): Promise<Stage> {
    const [postgres, versions, mariadb] = await Promise.all([
      leaseForTest('postgres.pair'),
      leaseForTest('greenplum.pair'),
      leaseForTest('mariadb.replication'),
    ])
    const open = async (endpoint: unknown): Promise<End> => {
      const session = await connect(endpoint as Endpoint)
      if (session.dialect === 'mysql')
        await session.query("set session sql_mode = 'STRICT_TRANS_TABLES', time_zone = '+00:00'")
      else await session.query("set timezone = 'UTC'")
      return { endpoint: endpoint as Endpoint, session }
    }
    const [source, destination, older, newer, primary] = await Promise.all([
      open(postgres.endpoints.source),
      open(postgres.endpoints.destination),
      open(versions.endpoints.source),
      open(versions.endpoints.destination),
      open(mariadb.endpoints.primary),
    ])
    const roles = { source, destination, older, newer, primary }
    return new Stage([postgres, versions, mariadb], roles, mariadb.endpoints.primary_admin as Endpoint)
  }

  /** Left and right end. */
  ends(name: EndsName): readonly [End, End] {
    const { source, destination, older, newer, primary } = this.#ends
    const pairs = {
      postgres: [source, destination],
      versions: [older, newer],
      mysql: [primary, primary],
      across: [source, primary],
    } as const
    return pairs[name]
  }

  /** Makes the scenario's tables, and gives what compares them. They go when it is disposed. */
  async set(
    scene: Scenario,
    ends: EndsName,
  ): Promise<
    AsyncDisposable & {
      compare(options?: Partial<CompareSpec>): Promise<CompareRowsResult>
      readonly spec: CompareSpec
    }
  > {
    const [left, right] = this.ends(ends)
    const number = ++this.#tables
    const tables = [`t${number}_left`, `t${number}_right`] as const
    const run = async (end: End, table: string, sql: SideSql | undefined) => {
      if (sql === undefined) return
      const text = typeof sql === 'string' ? sql : sql[end.session.dialect]
      await end.session.queryAll(text.replaceAll(/\bT\b/g, dialectOf(end.session.dialect).identifier(table)))
    }
    const drop = async () => {
      await run(left, tables[0], 'drop table if exists T')
      await run(right, tables[1], 'drop table if exists T')
    }
    try {
      for (const [end, table, own] of [
        [left, tables[0], scene.left],
        [right, tables[1], scene.right],
      ] as const) {
        await run(end, table, scene.both)
        await run(end, table, own)
      }
    } catch (error) {
      await drop()
      throw error
    }
    const { left: leftOptions, right: rightOptions, ...options } = (scene.options ?? {}) as Partial<CompareSpec>
    const spec: CompareSpec = {
      ...options,
      left: { endpoint: left.endpoint, table: { name: tables[0] }, ...leftOptions },
      right: { endpoint: right.endpoint, table: { name: tables[1] }, ...rightOptions },
    }
    return {
      spec,
      compare: more => compareRows({ ...spec, ...more }),
      [Symbol.asyncDispose]: drop,
    }
  }

  /** An account of the MariaDB with one right: `insert on t1`. It goes when it is disposed. */
  async accountThatMay(right: string): Promise<AsyncDisposable & { readonly endpoint: Endpoint }> {
    const admin = await connect({ ...this.#admin, database: undefined })
    const user = `nobody_${process.pid}`
    await admin.query(`create or replace user ${user}@'%' identified by 'may-log-in'`)
    await admin.query(`use \`${this.#ends.primary.endpoint.database}\`; grant ${right} to ${user}@'%'`)
    return {
      endpoint: { ...this.#ends.primary.endpoint, user, password: secret('may-log-in') },
      async [Symbol.asyncDispose]() {
        await admin.query(`drop user ${user}@'%'`)
        await admin.close()
      },
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(Object.values(this.#ends).map(end => end.session.close()))
    await Promise.all(this.#leases.map(lease => lease.release()))
  }
}
