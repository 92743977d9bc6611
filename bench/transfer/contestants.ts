import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Endpoint } from '../../harness/targets/target.ts'

export type Ends = { readonly source: Endpoint; readonly destination: Endpoint }
export type Usage = { readonly seconds: number; readonly cpu: number; readonly megabytes: number }

const ASSAY = join(import.meta.dirname, '..', '..', 'bin', 'assay.js')
/** Loaded into assay: writes what it used of the machine when it ends. JavaScript, or stripping its types would count as well. */
const USAGE = `data:text/javascript,${encodeURIComponent(
  "import { writeFileSync } from 'node:fs'; process.on('exit', () => writeFileSync(process.env.ASSAY_BENCH_USAGE, JSON.stringify(process.resourceUsage())))",
)}`

const url = ({ host, port, user, database }: Endpoint): string => `postgres://${user}@${host}:${port}/${database}`

/** `assay transfer` as a person starts it, Node's own start included. */
export async function assayTransfer(ends: Ends, args: readonly string[], folder: string): Promise<Usage> {
  const usage = join(folder, 'usage.json')
  const started = performance.now()
  await run(
    process.execPath,
    ['--import', USAGE, ASSAY, 'transfer', url(ends.source), url(ends.destination), ...args, '--json'],
    {
      ASSAY_SOURCE_PASSWORD: ends.source.password.reveal(),
      ASSAY_DESTINATION_PASSWORD: ends.destination.password.reveal(),
      ASSAY_BENCH_USAGE: usage,
    },
  )
  const seconds = (performance.now() - started) / 1000
  const used = JSON.parse(readFileSync(usage, 'utf8')) as NodeJS.ResourceUsage
  return { seconds, cpu: (used.userCPUTime + used.systemCPUTime) / 1e6, megabytes: used.maxRSS / 1024 }
}

/** A shell command of a peer, with the processor time of all that it starts; $SOURCE and $DESTINATION are connection URLs, passwords come from a file of libpq. */
export async function peer(ends: Ends, command: string, passwords: string): Promise<Usage> {
  const started = performance.now()
  const said = await run('bash', ['-o', 'pipefail', '-c', `time { ${command}; }`], {
    TIMEFORMAT: '%U %S',
    PGPASSFILE: passwords,
    SOURCE: url(ends.source),
    DESTINATION: url(ends.destination),
  })
  const seconds = (performance.now() - started) / 1000
  const [user = Number.NaN, system = Number.NaN] = (said.trimEnd().split('\n').at(-1) ?? '').split(' ').map(Number)
  return { seconds, cpu: user + system, megabytes: Number.NaN }
}

/** Lines of a libpq password file. */
export function passwordLines(ends: readonly Endpoint[]): string {
  return ends.map(({ host, port, user, password }) => `${host}:${port}:*:${user}:${password.reveal()}\n`).join('')
}

/** Resolves with the end of what it wrote to its standard error. */
async function run(file: string, args: readonly string[], environment: Record<string, string>): Promise<string> {
  const child = spawn(file, args, { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.resume()
  child.stderr.on('data', data => {
    output = `${output}${data}`.slice(-2_000)
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${file} ${args.slice(0, 4).join(' ')} ended with ${code}: ${output}`)
  return output
}
