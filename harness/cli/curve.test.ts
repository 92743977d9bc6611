import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import type { Lease } from '../targets/lease.ts'
import type { Endpoint } from '../targets/target.ts'
import { leaseForTest } from '../targets/testing.ts'
import { curve } from './curve.ts'

let lease: Lease
let settings: readonly string[]

beforeAll(async () => {
  lease = await leaseForTest('curve.cluster')
  const { python, python_path, conf } = (lease.endpoints.cluster as Endpoint).options as Record<string, string>
  settings = ['--python', `${python}`, '--python-path', `${python_path}`, '--conf', `${conf}`]
})
afterAll(() => lease?.release())

async function run(...args: readonly string[]): Promise<{ readonly code: number; readonly out: string }> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  vi.spyOn(console, 'error').mockImplementation(() => {})
  onTestFinished(() => void vi.restoreAllMocks())
  const code = await curve.run([...args, ...settings], new AbortController().signal)
  return { code, out: log.mock.calls.flat().join('\n') }
}

test('curve io makes a volume, runs, verifies and says what it saw', async () => {
  const load = ['--working-set', '1MiB', '--precondition', '--count', '200', '--depth', '2', '--seed', 'cli']
  const { code, out } = await run('io', '/cli', '--create', '10GiB', ...load, '--json')
  expect(code).toBe(0)
  const result = JSON.parse(out)
  expect(result).toMatchObject({ mismatches: 0, errors: {}, hangs: 0 })
  expect(result.reads.count + result.writes.count).toBe(200)
  expect(result.verified).toBe(256 + result.reads.count)
}, 30_000)

test('blocks that are not what they must be give exit code 1 and a line each', async () => {
  const load = ['--working-set', '64KiB', '--read-share', '100', '--count', '16', '--pattern', 'sequential']
  await run('io', '/other', '--create', '10GiB', ...load, '--read-share', '0')
  // a run of its own knows nothing of what another wrote
  const { code, out } = await run('io', '/other', ...load)
  expect(code).toBe(1)
  expect(out).toMatch(/^block 0 \(offset 0\) is foreign: .*; expected zeros; found tag \d+ /m)
  expect(out.match(/^block \d+ /gm)?.length).toBe(10)
  expect(out).toMatch(/^… and \d+ more; --json gives the first \d+\nThe volume was written before: --precondition /m)
  // as it is: nothing of it counts
  expect(await run('io', '/other', ...load, '--unwritten', 'any')).toMatchObject({
    ...{ code: 0, out: expect.stringContaining(' 0 differ') },
  })
}, 30_000)

test.each([
  [['io'], /curve knows "io PATH"/],
  [['oi', '/v'], /not "oi \/v"/],
  [['io', '/v', '--pattern', 'zig'], /--pattern "zig" is not one of sequential, random, zipf, edges/],
  [['io', '/v', '--block-size', '4K'], /--block-size "4K" is not a size like 64MiB/],
  [['io', '/v', '--duration', '5'], /--duration "5" is not a time like 10s/],
  [['io', '/v', '--depth', 'x'], /--depth "x" is not a number/],
  [['io', '/v', '--frobnicate'], /frobnicate/],
])('%j is wrong usage', async (args, message) => {
  await expect(curve.run(args, new AbortController().signal)).rejects.toMatchObject({
    ...{ code: 'ASSAY_USAGE', message: expect.stringMatching(message) },
  })
})
