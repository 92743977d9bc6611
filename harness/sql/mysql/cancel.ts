import { type Connection, type ConnectionOptions, createConnection } from 'mysql2'

/**
 * Runs KILL QUERY over a connection of its own. Resolves when the server has done it, when it refused, or after
 * `within` milliseconds: the caller watches the statement itself.
 */
export function killQuery(options: ConnectionOptions, threadId: number, within: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const connection: Connection = createConnection({ ...options, database: undefined })
  const finish = () => {
    clearTimeout(timer)
    connection.destroy()
    resolve()
  }
  const timer = setTimeout(finish, within)
  connection.on('error', finish)
  connection.query(`KILL QUERY ${threadId}`, finish)
  return promise
}
