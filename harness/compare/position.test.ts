import { expect, test } from 'vitest'
import type { SqlResult, SqlSession } from '../sql/session.ts'
import { waitForPrimary } from './position.ts'

/** A MySQL that answers from a list: the tests have no MySQL to replicate. */
function answering(answers: Readonly<Record<string, unknown>>, asked: string[] = []): SqlSession {
  const session: Pick<SqlSession, 'query' | 'open' | 'dialect'> = {
    dialect: 'mysql',
    open: true,
    async query(text, { parameters = [] } = {}) {
      asked.push([text, ...parameters].join(' '))
      const [, answer] = Object.entries(answers).find(([start]) => text.startsWith(start)) ?? []
      const rows = typeof answer === 'object' && answer !== null ? [answer] : [{ value: answer }]
      return { rows, values: rows.map(row => Object.values(row)) } as unknown as SqlResult
    },
  }
  return session as SqlSession
}

const clock = (step: number) => {
  let now = 0
  return { now: () => (now += step), sleep: async () => {} }
}

const VERSION = { 'select version()': '8.0.28' }
const PRIMARY = { ...VERSION, 'select @@global.gtid_executed': 'a:1-6' }
const RUNS = { Replica_IO_Running: 'Yes', Replica_SQL_Running: 'Yes' }

test('the last look at a MySQL replica does not wait: a wait of 0 seconds is one for ever there', async () => {
  const asked: string[] = []
  const replica = answering(
    { ...VERSION, 'select wait_for': 1, 'select gtid_subset': 0, 'show replica status': RUNS },
    asked,
  )
  const caughtUp = await waitForPrimary(answering(PRIMARY), replica, { within: 1_500, clock: clock(500) })
  expect(caughtUp).toEqual({
    ...{ reached: false, reason: "it did not reach the primary's position a:1-6 within 1500 ms" },
  })
  expect(asked.filter(text => text.startsWith('select wait_for')).length).toBeGreaterThan(0)
  expect(asked.filter(text => text.startsWith('select wait_for') && text.endsWith(' 0'))).toEqual([])
  expect(asked).toContain('select gtid_subset(?, @@global.gtid_executed) a:1-6')
})

test('replication that has stopped is named by the words of MySQL 8.4, and of 5.7', async () => {
  const stopped = async (answers: Readonly<Record<string, unknown>>) =>
    await waitForPrimary(answering(PRIMARY), answering({ 'select wait_for': 1, ...answers }), {
      ...{ within: 60_000, clock: clock(1) },
    })
  const named = { Last_SQL_Error: 'a row is gone', Last_IO_Error: '' }
  expect(
    await stopped({
      'select version()': '8.4.0',
      'show replica status': { ...RUNS, ...named, Replica_SQL_Running: 'No' },
    }),
  ).toEqual({ reached: false, reason: 'replication has stopped: Replica_SQL_Running is No (a row is gone)' })
  expect(
    await stopped({
      'select version()': '5.7.21-log',
      'show slave status': { ...named, Slave_IO_Running: 'Yes', Slave_SQL_Running: 'No' },
    }),
  ).toEqual({ reached: false, reason: 'replication has stopped: Slave_SQL_Running is No (a row is gone)' })
})
