import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { AssayError } from '../errors.ts'
import { connectKeeper } from './keeper/connect.ts'
import { KEEPER_STARTER } from './keeper/vitest-setup.ts'
import { KEEPER_SOCKET, type Keeper, type Lease, type LeaseMode } from './lease.ts'

let connection: Promise<Keeper> | undefined

/**
 * Leases an embedded target for a unit test; `await using lease = await leaseForTest('postgres.pair')` gives it back.
 * The keeper is that of the run (KEEPER_SOCKET), or the one that vitest-setup.ts starts when it is first needed.
 */
export async function leaseForTest(target: string, mode: LeaseMode = 'shared'): Promise<Lease> {
  connection ??= keeperSocket().then(connectKeeper)
  const keeper = await connection
  return keeper.lease({ target, tier: 'embedded', mode, holder: `a unit test (${process.pid})` })
}

async function keeperSocket(): Promise<string> {
  const given = process.env[KEEPER_SOCKET]
  if (given) return given
  const starter = process.env[KEEPER_STARTER]
  if (!starter)
    throw new AssayError('ASSAY_KEEPER_LOST', 'no keeper was started for these tests', {
      hint: 'Add harness/targets/keeper/vitest-setup.ts to globalSetup in vitest.config.ts.',
    })
  const answer = await text(connect(starter))
  if (answer.startsWith('! ')) throw new AssayError('ASSAY_KEEPER_LOST', answer.slice(2))
  return answer
}
