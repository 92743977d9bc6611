import { connect } from '../../../sql/connect.ts'
import type { Endpoint } from '../../../targets/target.ts'
import { leaseForTest } from '../../../targets/testing.ts'
import { buildJob, type JobPlan } from '../../job/build.ts'
import type { RunOptions } from '../engine.ts'
import { runJob } from './run-job.ts'

type Databases = AsyncDisposable & { readonly postgres: Endpoint; readonly primary: Endpoint }

/** A PostgreSQL and a MariaDB, with a database each for the tests of one file. */
export async function leaseDatabases(): Promise<Databases> {
  const [pair, replication] = await Promise.all([leaseForTest('postgres.pair'), leaseForTest('mariadb.replication')])
  return {
    postgres: pair.endpoints.source as Endpoint,
    primary: replication.endpoints.primary as Endpoint,
    async [Symbol.asyncDispose]() {
      await pair.release()
      await replication.release()
    },
  }
}

export async function sql(at: Endpoint, ...texts: string[]): Promise<void> {
  await using session = await connect(at)
  for (const text of texts) await session.query(text)
}

/** Runs a job that is forgiven no dirty row. */
export const run = (plan: JobPlan, options: RunOptions = {}) =>
  runJob(JSON.stringify(buildJob({ errorLimit: { record: 0 }, ...plan })), options)
