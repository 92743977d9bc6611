import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildJob, type JobPlan } from '../../harness/datax/index.ts'

const MAIN = join(import.meta.dirname, '..', '..', 'harness', 'cli', 'main.ts')

/** Without it DataX sleeps for ten seconds at the end of every job, and Addax for three. */
const QUICK = { container: { job: { sleepInterval: 100 } } }

/** Memory in MB. */
export type Outcome = { readonly seconds: number; readonly memory: number }

/** The highest resident memory of a process, in MB, read while it lives. */
function peakOf(child: ChildProcess): () => number {
  let peak = 0
  const look = (): void => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)
    } catch {
      // it has ended
    }
  }
  const timer = setInterval(look, 20)
  return () => {
    clearInterval(timer)
    return peak
  }
}

/** A job as a whole command, with this engine or a home; what it prints goes to the file `into`. */
export async function command(
  folder: string,
  plan: JobPlan,
  { home, into }: { readonly home?: string; readonly into?: number } = {},
): Promise<Outcome> {
  const file = join(folder, 'job.json')
  await writeFile(file, JSON.stringify(buildJob({ core: QUICK, errorLimit: { record: 0 }, ...plan })), { mode: 0o600 })
  const from = performance.now()
  const engine = home === undefined ? [] : ['--home', home]
  const child = spawn(process.execPath, [MAIN, 'datax', 'run', file, '--quiet', ...engine], {
    stdio: ['ignore', into ?? 'ignore', 'inherit'],
  })
  const peak = peakOf(child)
  const [code] = (await once(child, 'exit')) as [number]
  const seconds = (performance.now() - from) / 1000
  const memory = peak()
  if (code !== 0) throw new Error(`the job ended with ${code}`)
  return { seconds, memory }
}
