import { execFileSync } from 'node:child_process'
import { arch, availableParallelism, hostname, platform, release, totalmem } from 'node:os'
import type { MachineFacts } from '../report/model.ts'

/** Facts of this machine. Measurements are only compared within one class, which ASSAY_MACHINE_CLASS can name. */
export function machineFacts(): MachineFacts {
  const cpus = availableParallelism()
  const memoryMb = Math.round(totalmem() / 1024 / 1024)
  const named = process.env.ASSAY_MACHINE_CLASS
  return {
    host: hostname(),
    class: named ?? `${platform()}-${arch()}-${cpus}cpu-${Math.round(memoryMb / 1024)}gb`,
    cpus,
    memoryMb,
    os: `${platform()} ${release()}`,
  }
}

export type Revision = { readonly commit?: string; readonly branch?: string }

/** Commit and branch of the project, where it is a git checkout. */
export function revision(root: string): Revision {
  const git = (...args: string[]) => {
    try {
      return (
        execFileSync('git', args, {
          cwd: root,
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
          timeout: 5_000,
        }).trim() || undefined
      )
    } catch {
      return undefined
    }
  }
  return { commit: git('rev-parse', '--short=12', 'HEAD'), branch: git('rev-parse', '--abbrev-ref', 'HEAD') }
}
