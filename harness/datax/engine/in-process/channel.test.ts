import { expect, test } from 'vitest'
import type { Batch } from '../../record/kind.ts'
import { Channel } from './channel.ts'
import { Tally } from './tally.ts'

const clock = { now: () => 0, sleep: async () => {} }
const unlimited = { records: undefined, bytes: undefined }
const batch = (rows: number): Batch => ({ kinds: [], rows: Array.from({ length: rows }, () => ['x']), count: rows })

const open = (): Channel =>
  new Channel({ tally: new Tally(), clock, limits: unlimited, signal: new AbortController().signal })

test('every push that waits goes on once there is room, also several at once', async () => {
  const channel = open()
  const waits = [channel.push(batch(900), 0), channel.push(batch(900), 0), channel.push(batch(900), 0)]
  expect(waits.map(wait => wait !== undefined)).toEqual([false, true, true])
  const read = (async () => {
    let rows = 0
    for await (const one of channel) rows += one.rows.length
    return rows
  })()
  await Promise.all(waits)
  channel.end()
  expect(await read).toBe(2700)
})

test('a failure reaches the end that waits, and the end that comes later', async () => {
  const channel = open()
  const waiting = channel.push(batch(2000), 0)
  channel.fail(new Error('the writer broke'))
  await expect(waiting).rejects.toThrow('the writer broke')
  await expect(channel.push(batch(1), 0)).rejects.toThrow('the writer broke')
  await expect(channel[Symbol.asyncIterator]().next()).rejects.toThrow('the writer broke')
})
