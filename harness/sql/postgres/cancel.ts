import { createConnection } from 'node:net'

/** Code of a CancelRequest message (PostgreSQL documentation, "Message Formats"). */
const CANCEL_REQUEST = 80877102

export type BackendKey = { readonly processId: number; readonly secretKey: number }

/**
 * Sends a CancelRequest over a connection of its own. The server answers nothing and closes once the signal is sent;
 * this resolves then, or after `within` milliseconds, or when no connection can be made.
 */
export function sendCancel(host: string, port: number, key: BackendKey, within: number): Promise<void> {
  const message = Buffer.alloc(16)
  message.writeInt32BE(16, 0)
  message.writeInt32BE(CANCEL_REQUEST, 4)
  message.writeInt32BE(key.processId, 8)
  message.writeInt32BE(key.secretKey, 12)
  const { promise, resolve } = Promise.withResolvers<void>()
  const socket = createConnection({ host, port }, () => socket.write(message))
  const timer = setTimeout(() => socket.destroy(), within)
  socket.on('error', () => {})
  socket.on('data', () => {})
  socket.on('close', () => {
    clearTimeout(timer)
    resolve()
  })
  return promise
}
