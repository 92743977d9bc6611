import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { AssayError } from '../../errors.ts'
import { KEEPER_SOCKET, type Keeper } from '../lease.ts'
import { connectKeeper } from './connect.ts'
import { KEEPER_STARTER } from './starter.ts'

/** The keeper of this run: given by its socket, or started now because this worker is the first to need it. */
export async function connectRunKeeper(): Promise<Keeper> {
  const given = process.env[KEEPER_SOCKET]
  if (given) return connectKeeper(given)
  const starter = process.env[KEEPER_STARTER]
  if (!starter)
    throw new AssayError('ASSAY_KEEPER_LOST', 'this run has no keeper', {
      hint: 'Add `globalSetup` of assay/vitest to the vitest project.',
    })
  const answer = await text(connect(starter))
  if (answer.startsWith('! ')) throw new AssayError('ASSAY_KEEPER_LOST', answer.slice(2))
  return connectKeeper(answer)
}
