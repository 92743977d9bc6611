import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Endpoint } from '../../harness/targets/target.ts'
import type { BenchReport } from '../measurement.ts'
import { type Ends, run, size } from './ends.ts'

const ROWS = size('MEMORY_ROWS', 10_000_000)

/** The peak memory of `assay compare` as a whole process: of equal tables, and of tables with scattered differences. */
export async function memory(report: BenchReport, ends: Ends): Promise<void> {
  const fill = `create table narrow (id bigint primary key, k int, ts timestamp);
    insert into narrow select g, g % 1000, timestamp '2020-01-01' + g * interval '1 s' from generate_series(1, ${ROWS}) g`
  await Promise.all(ends.map(end => run(end, fill, 'vacuum analyze narrow')))
  await measure(report, ends, 0)
  await run(ends[1], `update narrow set k = -1 where id % ${Math.ceil(ROWS / 1_000)} = 7`, 'vacuum analyze narrow')
  await measure(report, ends, 1)
}

async function measure(report: BenchReport, ends: Ends, expected: 0 | 1): Promise<void> {
  const started = performance.now()
  const { peak, code } = await peakOf(ends)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  if (code !== expected) throw new Error(`assay compare ended with ${code}`)
  const what = expected === 0 ? 'equal' : '1,000 differences'
  report.note(`${ROWS.toLocaleString('en')} narrow rows, ${what}, compared in ${seconds} s`)
  report.measured({
    metric: `peak memory, ${ROWS.toLocaleString('en')} rows, ${what}`,
    value: peak,
    unit: 'MB',
    goal: '<= 150',
    holds: peak <= 150,
  })
}

/** Megabytes of resident memory at the most, and the exit code. */
async function peakOf(ends: Ends): Promise<{ readonly peak: number; readonly code: unknown }> {
  const url = ({ user, host, port, database }: Endpoint) => `postgres://${user}@${host}:${port}/${database}`
  const args = ['harness/cli/main.ts', 'compare', ...ends.map(url), '--table', 'narrow', '--quiet']
  const child = spawn(process.execPath, args, {
    cwd: join(import.meta.dirname, '..', '..'),
    env: {
      ...process.env,
      ASSAY_LEFT_PASSWORD: ends[0].password.reveal(),
      ASSAY_RIGHT_PASSWORD: ends[1].password.reveal(),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  let peak = 0
  const watch = setInterval(() => {
    try {
      const [, kilobytes = '0'] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? []
      peak = Math.max(peak, Number(kilobytes) / 1024)
    } catch {
      // it has ended
    }
  }, 20)
  const [code] = await once(child, 'close')
  clearInterval(watch)
  return { peak, code }
}
