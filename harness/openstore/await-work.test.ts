import { expect, test } from 'vitest'
import { IdleClock } from '../run/testing/idle-clock.ts'
import { asLongAsTheStep, awaitWork } from './await-work.ts'
import type { OpenstoreClient } from './client.ts'

/** A service whose job takes so many milliseconds of a clock that does not wait. */
function slow(clock: IdleClock, takes: number): { client: OpenstoreClient; signals: (AbortSignal | undefined)[] } {
  const signals: (AbortSignal | undefined)[] = []
  const client = {
    async job(id: string, { signal }: { signal?: AbortSignal } = {}) {
      signals.push(signal)
      return { job: { id, state: clock.passed >= takes ? 'done' : 'running', result: { ok: true } } }
    },
  } as unknown as OpenstoreClient
  return { client, signals }
}

test('work that takes longer than a minute is too long by itself, and is waited for in a step', async () => {
  const clock = new IdleClock()
  const { signal } = new AbortController()
  const long = slow(clock, 90_000)
  await expect(awaitWork(long.client, { 'job-id': 'job-1' }, { clock, every: 1_000, signal })).rejects.toMatchObject({
    class: 'timeout',
    message: 'job job-1 did not come to an end within 60 s',
  })
  const again = slow(clock, 300_000)
  const options = { ...asLongAsTheStep({ clock, signal }), every: 1_000 }
  expect(await awaitWork(again.client, { 'job-id': 'job-1' }, options)).toEqual({ ok: true })
  expect(again.signals.every(one => one === signal)).toBe(true)
})

test('the end of the step ends the wait', async () => {
  const clock = new IdleClock()
  const stop = new AbortController()
  const waiting = awaitWork(
    slow(clock, Number.POSITIVE_INFINITY).client,
    { 'job-id': 'job-1' },
    {
      ...asLongAsTheStep({ clock, signal: stop.signal }),
      every: 1_000,
    },
  )
  void clock.sleep(400_000).then(() => stop.abort(new Error('the step is over')))
  await expect(waiting).rejects.toThrow('the step is over')
})
