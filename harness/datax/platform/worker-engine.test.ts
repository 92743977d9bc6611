import { expect, test, vi } from 'vitest'
import type { Progress } from '../engine/engine.ts'
import { WorkerEngine } from './worker-engine.ts'

vi.setConfig({ testTimeout: 180_000 })

const job = (count: number, print: boolean): string =>
  JSON.stringify({
    job: {
      setting: { speed: { channel: 1 }, errorLimit: { record: 0 } },
      content: [
        {
          reader: { name: 'streamreader', parameter: { sliceRecordCount: count, column: [{ value: 'x' }] } },
          writer: { name: 'streamwriter', parameter: { print } },
        },
      ],
    },
  })

test('a job gives from its thread what it gives in this one: result, log, what it printed, and counters that are exact', async () => {
  await using engine = new WorkerEngine()
  const lines: string[] = []
  let printed = ''
  const print = async (text: string): Promise<void> => {
    await Promise.resolve()
    printed += text
  }
  const result = await engine.run(job(20_000, true), { onLog: line => lines.push(line), onPrint: print })
  expect(result).toMatchObject({ exitCode: 0, counters: { written: 20_000n, failed: 0n } })
  expect(printed).toBe('x\n'.repeat(20_000))
  expect(lines.join('\n')).toContain('读出记录总数')
  expect(await engine.run('{}')).toMatchObject({ exitCode: 1, errorCode: 'Framework-03' })
})

test('while a job is busy, this thread is not, and the job stops when it is told to', async () => {
  await using engine = new WorkerEngine()
  const stop = new AbortController()
  const seen = Promise.withResolvers<Progress>()
  const running = engine.run(job(1e12, false), {
    signal: stop.signal,
    onProgress: progress => progress.records > 0n && seen.resolve(progress),
  })
  expect((await seen.promise).records).toBeGreaterThan(0n)
  stop.abort(new Error('enough'))
  expect(await running).toMatchObject({ exitCode: 143, errorCode: 'Framework-143' })
  // the same thread runs the next
  expect(await engine.run(job(5, false))).toMatchObject({ exitCode: 0, counters: { written: 5n } })
})

test('what is stopped before it began does not run', async () => {
  await using engine = new WorkerEngine()
  const result = await engine.run(job(1e12, false), { signal: AbortSignal.abort(new Error('no')) })
  expect(result).toMatchObject({ exitCode: 143 })
})

test('a thread that is ended from outside fails its job, and nothing else', async () => {
  const engine = new WorkerEngine()
  const seen = Promise.withResolvers<void>()
  const running = engine.run(job(1e12, false), { onLog: () => seen.resolve() })
  await seen.promise
  const lost = expect(running).rejects.toThrow('the thread of the job has gone')
  await engine[Symbol.asyncDispose]()
  await lost
  await using next = new WorkerEngine()
  expect(await next.run(job(5, false))).toMatchObject({ exitCode: 0 })
})
