import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

type ProcessStat = { readonly pid: number; readonly state: string; readonly parent: number; readonly start: string }

/** `/proc/<pid>/stat` (proc(5)): the name in parentheses may hold spaces and parentheses, so fields count from the last `)`. */
function stat(pid: number): ProcessStat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { pid, state: fields[0] ?? '', parent: Number(fields[1]), start: fields[19] ?? '' }
  } catch {
    return undefined
  }
}

/** None where there is no /proc: servers are started on Linux only, the real tier works anywhere. */
function pids(): number[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
}

/** When the process started, in clock ticks since boot: with the pid it names a process for good. Undefined once it ended, zombies included. */
export function processStart(pid: number): string | undefined {
  const found = stat(pid)
  return found && found.state !== 'Z' && found.state !== 'X' ? found.start : undefined
}

/** `R`, `S`, `D`, `T` (stopped), …; undefined once it ended. */
export function processState(pid: number): string | undefined {
  const found = stat(pid)
  return found && found.state !== 'Z' && found.state !== 'X' ? found.state : undefined
}

/** The process and everything below it, parents first. PostgreSQL's backends lead sessions of their own, so a process group does not hold them. */
export function processTree(root: number): number[] {
  const all = pids()
    .map(stat)
    .filter(found => found !== undefined)
  const tree = [root]
  for (const parent of tree) tree.push(...all.filter(child => child.parent === parent).map(child => child.pid))
  return tree.filter(pid => processState(pid) !== undefined)
}

/** Processes whose working directory lies in the folder: servers, and what they left behind when their parent died. */
export function processesIn(folder: string): number[] {
  return pids().filter(pid => {
    try {
      return `${readlinkSync(`/proc/${pid}/cwd`)}/`.startsWith(`${folder}/`) && processState(pid) !== undefined
    } catch {
      return false
    }
  })
}
