import { expect, test } from 'vitest'
import { fingerprintOf, maskVolatile } from './fingerprint.ts'
import { sampleAttempt, sampleCase, sampleStep } from './sample/build.ts'

test.each([
  ['no connection to 127.0.0.4:3306 within 10 s', 'no connection to <host> within # s'],
  ['replica db-3.lab.example.org:5432 is behind', 'replica <host> is behind'],
  ['job 6f9619ff-8b86-d011-b42d-00c04fc964ff failed', 'job <id> failed'],
  ['lsn 0x16b3740 digest 9af31bc2', 'lsn <id> digest <id>'],
  ['took 1,204.5 ms, 2:05 h', 'took # ms, # h'],
  ['\u001b[31mred\u001b[0m  and\n two', 'red and two'],
  ['got "1.1000000000"', 'got "#"'],
  ['table public.account', 'table public.account'],
  ['rows.0.digest expected 3, got 4', 'rows.#.digest expected #, got #'],
])('masks what varies in %j', (message, masked) => {
  expect(maskVolatile(message)).toBe(masked)
})

function failed(message: string, step = 'read', errorClass?: string) {
  const error = { code: 'ASSAY_SQL', message, class: errorClass }
  return sampleCase({
    id: 'A-1',
    verdict: 'failed',
    attempts: [sampleAttempt('failed', { error, steps: [sampleStep({ name: step, state: 'failed', error })] })],
  })
}

test('one cause on two hosts has one fingerprint', () => {
  expect(fingerprintOf(failed('lost 10.0.0.1:5432'))).toEqual(fingerprintOf(failed('lost 10.0.0.2:5433')))
})

test('another step, class or message is another cause', () => {
  const ids = [failed('lost'), failed('lost', 'write'), failed('lost', 'read', 'deadlock'), failed('gone')].map(
    one => fingerprintOf(one)?.id,
  )
  expect(new Set(ids).size).toBe(4)
})

test('two limits are two causes, whatever their values', () => {
  const limit = (metric: string, value: number) =>
    sampleCase({
      id: 'A-1',
      verdict: 'limit broken',
      limits: [{ metric, value, atMost: 50, state: 'broken', line: 1, message: `${metric} is ${value}` }],
    })
  expect(fingerprintOf(limit('w.p99_ms', 60))?.id).toBe(fingerprintOf(limit('w.p99_ms', 70))?.id)
  expect(fingerprintOf(limit('w.p99_ms', 60))?.id).not.toBe(fingerprintOf(limit('w.p50_ms', 60))?.id)
})

test('a case that does not fail has none', () => {
  expect(fingerprintOf(sampleCase({ id: 'A-1', verdict: 'passed' }))).toBeUndefined()
  expect(fingerprintOf(sampleCase({ id: 'A-1', verdict: 'known failure' }))).toBeUndefined()
})
