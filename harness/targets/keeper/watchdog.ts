import { spawn } from 'node:child_process'

/**
 * Waits for the keeper's end of the pipe to close, then does what the next run's sweep would do. The kernel kills the servers
 * themselves with the keeper (pdeathsig), but not their children: a PostgreSQL backend that is busy with a query notices that
 * the postmaster is gone only when the query ends.
 */
const SCRIPT = `
read -r _
for turn in 1 2 3 4 5; do
  pids=$(find /proc/[0-9]*/cwd -maxdepth 0 -lname "$1/*" 2>/dev/null | cut -d/ -f3)
  [ -n "$pids" ] || break
  kill -9 $pids 2>/dev/null
  sleep 0.1
done
for file in "$1"/*/*/postmaster.pid; do
  [ -f "$file" ] && id=$(sed -n '7s/ *[0-9]* *//p' "$file") && [ -n "$id" ] && ipcrm -m "$id" 2>/dev/null
done
rm -rf "$1"
`

/** Starts the watchdog of a run folder; it ends with this process, after cleaning up behind it. */
export function startWatchdog(folder: string): void {
  const child = spawn('sh', ['-c', SCRIPT, 'assay-watchdog', folder], {
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  // Without it the sweep of the next run still cleans up.
  child.on('error', () => {})
  child.stdin.on('error', () => {})
  child.unref()
}
