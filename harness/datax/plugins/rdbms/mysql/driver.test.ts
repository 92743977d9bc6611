import { expect, test } from 'vitest'
import type { SqlSession } from '../../../../sql/session.ts'
import { mysqlDriver } from './driver.ts'

/** A server of which only this is known: what it is, and how the threads of its replication are, by the words it knows. */
const server = (version: string, readOnly: string, status: Readonly<Record<string, string>>): SqlSession => {
  const word = Object.keys(status)[0]?.startsWith('Replica') ? 'replica' : 'slave'
  return {
    query: async (text: string) => {
      if (text.startsWith('show variables'))
        return {
          values: [
            ['version', version],
            ['read_only', readOnly],
          ],
        }
      if (text === `show ${word} status`) return { rows: [status] }
      throw new Error(`You have an error in your SQL syntax: ${text}`)
    },
  } as unknown as SqlSession
}

const RUNS = { Slave_IO_Running: 'Yes', Slave_SQL_Running: 'Yes' }
const RUNS_ANEW = { Replica_IO_Running: 'Yes', Replica_SQL_Running: 'Yes' }

test.each([
  ['10.11.6-MariaDB-log', RUNS, undefined],
  ['10.11.6-MariaDB-log', { ...RUNS, Slave_SQL_Running: 'No' }, 'replication does not run'],
  ['5.7.21', RUNS, undefined],
  ['8.0.21', { ...RUNS, Slave_IO_Running: 'Connecting' }, 'replication does not run'],
  ['8.0.28-0ubuntu4', RUNS_ANEW, undefined],
  ['9.7.4', { ...RUNS_ANEW, Replica_IO_Running: 'No' }, 'replication does not run'],
])('a replica of %s is asked in the words it knows', async (version, status, behind) => {
  expect(await mysqlDriver.behind?.(server(version, 'ON', status))).toBe(behind)
})

test('a primary is behind nobody', async () => {
  expect(await mysqlDriver.behind?.(server('8.4.2', 'OFF', {}))).toBeUndefined()
})
