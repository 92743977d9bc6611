import { expect, test } from 'vitest'
import { mergeResults } from './merge.ts'
import type { RunResult } from './model.ts'
import { sampleCase, sampleResult } from './sample/build.ts'

const shard = (index: number, more: Partial<RunResult>): RunResult =>
  sampleResult({
    id: `shard-${index}`,
    startedAt: `2026-11-20T01:00:0${index}.000Z`,
    duration: 5000,
    filter: `--shard ${index}/2`,
    ...more,
  })

test('all shards are the whole run, judged anew', () => {
  const one = shard(1, { cases: [sampleCase({ id: 'A', verdict: 'passed' })], versions: { node: '24' } })
  const two = shard(2, {
    cases: [sampleCase({ id: 'B', verdict: 'errored' })],
    versions: { mariadb: '10' },
    interrupted: true,
  })
  expect(mergeResults([two, one])).toMatchObject({
    id: 'shard-1',
    duration: 6000,
    exitCode: 130,
    interrupted: true,
    filter: undefined,
    versions: { node: '24', mariadb: '10' },
    cases: [{ id: 'A' }, { id: 'B' }],
  })
})

test('a missing shard leaves the run narrowed, and other words stay', () => {
  const [one, two] = [shard(1, { filter: '-t x --shard 1/3' }), shard(2, { filter: '-t x --shard 2/3' })]
  expect(mergeResults([one, two]).filter).toBe('-t x --shard 1/3; -t x --shard 2/3')
  expect(mergeResults([one, two, shard(3, { filter: '-t x --shard 3/3' })]).filter).toBe('-t x')
})

test('of a case in two of them the later run counts', () => {
  const one = shard(1, { cases: [sampleCase({ id: 'A', verdict: 'failed' })] })
  const two = shard(2, { cases: [sampleCase({ id: 'A', verdict: 'passed' })] })
  expect(mergeResults([one, two])).toMatchObject({ exitCode: 0, cases: [{ verdict: 'passed' }] })
})
