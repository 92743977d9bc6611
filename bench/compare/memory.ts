import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Endpoint } from '../../harness/targets/target.ts'
import type { BenchReport } from '../measurement.ts'
import { type Ends, run, size } from './ends.ts'

const ROWS = size('MEMORY_ROWS', 10_000_000)

/** The peak memory of `assay compare` as a whole process. */
export async function memory(report: BenchReport, ends: Ends): Promise<void> {
  const fill = `create table narrow (id bigint primary key, k int, ts timestamp);
    insert into narrow select g, g % 1000, timestamp '2020-01-01' + g * interval '1 s' from generate_series(1, ${ROWS}) g`
  await Promise.all(ends.map(end => run(end, fill, 'vacuum analyze narrow')))
  await run(
    ends[1],
    `create table narrow_d as select * from narrow; alter table narrow_d add primary key (id); update narrow_d set k = -1 where id % 10000 = 7`,
    'vacuum analyze narrow_d',
  )
  const url = ({ user, host, port, database }: Endpoint) => `postgres://${user}@${host}:${port}/${database}`
  const started = performance.now()
  const child = spawn(process.execPath, ['harness/cli/main.ts', 'compare', ...ends.map(url), '--table', 'narrow'], {
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
      peak = Math.max(
        peak,
        Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024,
      )
    } catch {
      // it has ended
    }
  }, 20)
  const [code] = await once(child, 'close')
  clearInterval(watch)
  if (code !== 0) throw new Error(`assay compare ended with ${code}`)
  report.note(
    `${ROWS.toLocaleString('en')} narrow rows compared in ${((performance.now() - started) / 1000).toFixed(1)} s`,
  )
  report.measured({
    metric: `peak memory, ${ROWS.toLocaleString('en')} rows`,
    value: peak,
    unit: 'MB',
    goal: '<= 150',
    holds: peak <= 150,
  })
}
