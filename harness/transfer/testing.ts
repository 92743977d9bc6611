import { connect } from '../sql/connect.ts'
import type { SqlSession } from '../sql/session.ts'
import type { Lease } from '../targets/lease.ts'
import type { Endpoint } from '../targets/target.ts'
import { leaseForTest } from '../targets/testing.ts'

/** Two PostgreSQL servers with a database of the test's own on each, and a session on it. */
export interface TestPair extends AsyncDisposable {
  readonly lease: Lease
  readonly ends: { readonly source: Endpoint; readonly destination: Endpoint }
  readonly source: SqlSession
  readonly destination: SqlSession
}

/** For unit tests: `pair = await openTestPair()` before all, `await pair?.[Symbol.asyncDispose]()` after all. */
export async function openTestPair(): Promise<TestPair> {
  await using stack = new AsyncDisposableStack()
  const lease = stack.use(await leaseForTest('postgres.pair'))
  const ends = { source: lease.endpoints.source as Endpoint, destination: lease.endpoints.destination as Endpoint }
  const source = stack.use(await connect(ends.source))
  const destination = stack.use(await connect(ends.destination))
  const opened = stack.move()
  return { lease, ends, source, destination, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}
