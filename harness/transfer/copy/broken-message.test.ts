import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { Secret } from '../../log/secret.ts'
import { CopyIn } from './copy-in.ts'
import { CopyOut } from './copy-out.ts'
import type { CopySession } from './copy-session.ts'
import type { Chunk } from './pooled-socket.ts'

/** A frame that says it has no length, which no server sends. */
const BROKEN = Buffer.from([0x64, 0, 0, 0, 0, 1, 2, 3])

/** A session whose server sends what it is told to. */
function told() {
  const socket = Object.assign(new EventEmitter(), { destroyed: false, write: () => true }) as unknown as Socket
  let reader: (chunk: Chunk) => void = () => {}
  const session = {
    endpoint: { name: 'source', host: '127.0.0.1', port: 1, user: 'app', password: new Secret('') },
    take: () => ({ socket, read: (given: typeof reader) => (reader = given), give() {} }),
    cancel: async () => {},
    destroy: () => socket.emit('close'),
  } as unknown as CopySession
  return { session, send: (bytes: Buffer) => reader({ bytes, release() {} }) }
}

test('a source that breaks the protocol loses its session, and the copy says why', async () => {
  const { session, send } = told()
  const copy = new CopyOut(session, 'copy t to stdout', () => {})
  send(BROKEN)
  await expect(copy.outcome).rejects.toMatchObject({ code: 'ASSAY_TRANSFER_PROTOCOL' })
})

test('so does a destination', async () => {
  const { session, send } = told()
  const started = CopyIn.start(session, 'copy t from stdin')
  send(BROKEN)
  await expect(started).rejects.toMatchObject({ code: 'ASSAY_TRANSFER_PROTOCOL' })
})
