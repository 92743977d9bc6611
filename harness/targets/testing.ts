import { connectRunKeeper } from './keeper/connect-run.ts'
import type { Keeper, Lease, LeaseMode } from './lease.ts'

let connection: Promise<Keeper> | undefined

/**
 * Leases an embedded target for a unit test; `await using lease = await leaseForTest('postgres.pair')` gives it back.
 * The keeper is that of the run; the first test that leases something starts it.
 */
export async function leaseForTest(target: string, mode: LeaseMode = 'shared'): Promise<Lease> {
  connection ??= connectRunKeeper()
  const keeper = await connection
  return keeper.lease({ target, tier: 'embedded', mode, holder: `a unit test (${process.pid})` })
}
