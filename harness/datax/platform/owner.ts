import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

/** The servers of this process that live. */
const living = new Set<string>()
let number = 0

/** Names a server among those that share a database: host, process, when the process began, which of the process. */
export function claimOwner(): { readonly name: string; release(): void } {
  const name = [hostname(), process.pid, beginning(process.pid), ++number].join(' ')
  living.add(name)
  return { name, release: () => living.delete(name) }
}

/** Whether the server may still live. Of another host nobody here can tell: it may. */
export function mayLive(name: string): boolean {
  const [host, pid, began] = name.split(' ')
  if (began === undefined) return false
  if (host !== hostname()) return true
  if (Number(pid) === process.pid && began === beginning(process.pid)) return living.has(name)
  return isAlive(Number(pid)) && beginning(Number(pid)) === began
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** In ticks since the machine began, so that a later process with the same number is another; empty where the system does not tell. */
function beginning(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // the second field is the program's name, which may hold anything
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}
