/** The keeper: the process that owns every server of a run. Started by startKeeper; ends when its stdin closes. */
import { chmod } from 'node:fs/promises'
import { createServer } from 'node:net'
import { pathToFileURL } from 'node:url'
import type { Assay } from '../../assay.ts'
import { AssayError } from '../../errors.ts'
import { Addresses } from './addresses.ts'
import { Grants } from './grants.ts'
import { Pool } from './pool.ts'
import { createRunFolder, sweepRunFolders } from './run-folder.ts'
import { serve } from './serve.ts'
import type { KeeperOptions } from './start.ts'
import { startWatchdog } from './watchdog.ts'

const STOP_WITHIN = 4_000

const options: KeeperOptions = JSON.parse(process.argv[2] ?? '{}')
const log = (text: string): void => void process.stderr.write(`${text}\n`)

const [folder, addresses] = await Promise.all([createRunFolder(), Addresses.claim()])
startWatchdog(folder.path)
const pool = new Pool({ ...options, folder: folder.path, addresses, log })
const loading = load(options.config).then(assay => new Grants(assay.targets, pool))
loading.catch(() => {})

const server = createServer(socket => serve(socket, loading, log))
server.listen(folder.socket, async () => {
  await chmod(folder.socket, 0o600)
  process.stdout.write(`${JSON.stringify({ socket: folder.socket })}\n`)
  for (const swept of await sweepRunFolders()) log(`swept ${swept}, which a dead keeper had left`)
})

let stopping = false
async function stop(): Promise<void> {
  if (stopping) return
  stopping = true
  setTimeout(() => process.exit(1), STOP_WITHIN).unref()
  server.close()
  await pool.close()
  await folder.remove()
  process.exit(0)
}

// The parent holds the other end: it closes when the parent wants the keeper to end, and when the parent is no more.
process.stdin.on('close', stop).on('end', stop).resume()
process.on('SIGTERM', stop)
// Ctrl-C is for the run: it cleans up with its servers alive, then closes the pipe.
process.on('SIGINT', () => {})
process.on('SIGHUP', () => {})
// A parent that died no longer reads the log.
process.stderr.on('error', () => {})
process.stdout.on('error', () => {})

async function load(config: string): Promise<Assay> {
  try {
    const { default: assay } = await import(pathToFileURL(config).href)
    if (Array.isArray(assay?.targets)) return assay
  } catch (cause) {
    throw new AssayError('ASSAY_CONFIG_ASSAY', `${config} could not be loaded: ${(cause as Error).message}`, { cause })
  }
  throw new AssayError('ASSAY_CONFIG_ASSAY', `${config} does not export defineAssay(…)`)
}
