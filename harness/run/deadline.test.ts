import { expect, test } from 'vitest'
import { withDeadline } from './deadline.ts'
import { IdleClock } from './testing/idle-clock.ts'

const never = new AbortController().signal

test('the result, when it comes in time', async () => {
  const clock = new IdleClock()
  const result = await withDeadline({ within: 1_000, what: 'it', signal: never, clock }, signal =>
    clock.sleep(999, signal).then(() => 5),
  )
  expect(result).toBe(5)
  expect(clock.passed).toBe(999)
})

test('the reason of the deadline, with what the operation said as its cause', async () => {
  const clock = new IdleClock()
  const operation = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('query cancelled'))))
  const error = await withDeadline({ within: 1_000, what: 'it', signal: never, clock }, operation).catch(one => one)
  expect(error).toMatchObject({
    code: 'ASSAY_STEP_TIMEOUT',
    message: 'it did not end within 1.0s',
    cause: { message: 'query cancelled' },
  })
})

test('the own error of an operation that fails in time', async () => {
  const clock = new IdleClock()
  const work = () => Promise.reject(new Error('own'))
  await expect(withDeadline({ within: 1_000, what: 'it', signal: never, clock }, work)).rejects.toThrow('own')
  expect(clock.passed).toBe(0)
})

test('an operation that does not heed its signal is left behind', async () => {
  const clock = new IdleClock()
  const deaf = withDeadline({ within: 1_000, what: 'it', signal: never, clock }, () => new Promise<never>(() => {}))
  await expect(deaf).rejects.toMatchObject({ code: 'ASSAY_STEP_TIMEOUT' })
  expect(clock.passed).toBe(3_000)
})

test('an outer signal ends it with its own reason, and one that is aborted already keeps it from beginning', async () => {
  const clock = new IdleClock()
  const controller = new AbortController()
  const reason = new Error('outer')
  void clock.sleep(100).then(() => controller.abort(reason))
  const options = { within: 1_000, what: 'it', signal: controller.signal, clock }
  await expect(withDeadline(options, signal => clock.sleep(500, signal))).rejects.toBe(reason)
  let began = false
  await expect(
    withDeadline(options, async () => {
      began = true
    }),
  ).rejects.toBe(reason)
  expect(began).toBe(false)
})
