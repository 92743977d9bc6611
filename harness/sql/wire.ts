import type { Endpoint } from '../targets/target.ts'
import type { SqlResult } from './session.ts'

/** One open connection of a driver: what a session is made of. Each protocol's folder has one. */
export interface Wire {
  readonly open: boolean
  /** Runs one text at a time. Rejects with an ActionError; rejects too when `destroy` is called. */
  run(text: string, parameters: readonly unknown[] | undefined): Promise<readonly SqlResult[]>
  /** Asks the server, over a connection of its own, to cancel what runs. Gives up silently after `within` milliseconds. */
  cancel(within: number): Promise<void>
  /** Says goodbye and waits for the server to close. */
  end(): Promise<void>
  /** Closes the socket at once. */
  destroy(): void
}

/** `127.0.0.1:5432 as app`, for messages. */
export function describeEndpoint(endpoint: Endpoint): string {
  return `${endpoint.host}:${endpoint.port} as ${endpoint.user}`
}
