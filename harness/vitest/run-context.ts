import { randomInt } from 'node:crypto'
import { mkdirSync, readdirSync, rmdirSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** What one run is: made once in the main process, and given to every worker. JSON through and through. */
export type RunContext = {
  /** `2026-11-20T08-56-30Z`: the run's name and the name of its folder. */
  readonly id: string
  readonly startedAt: number
  readonly seed: string
  /** Absolute folder of the project. */
  readonly root: string
  /** Absolute path of assay.config.ts. */
  readonly config: string
  /** Absolute folder of this run. */
  readonly folder: string
  /** Absolute folder of the history. */
  readonly history: string
  readonly strict: boolean
  /** True in CI: a target that set-up should have brought is then an error, not a skip. */
  readonly strictTargets: boolean
}

export type RunContextOptions = {
  readonly root: string
  readonly config: string
  readonly reports?: string
  readonly history?: string
}

/** vitest loads its config more than once, and sees each time another copy of this module: the run is the process's. */
const OPEN = Symbol.for('assay.runs')

/** The run of this process for a project: opened when it is first asked for. */
export function currentRun(options: RunContextOptions): RunContext {
  const holder = globalThis as { [OPEN]?: Map<string, RunContext> }
  holder[OPEN] ??= new Map()
  const existing = holder[OPEN].get(options.root)
  if (existing) return existing
  const opened = openRun(options)
  holder[OPEN].set(options.root, opened)
  process.once('exit', () => closeEmptyRun(opened))
  return opened
}

/**
 * Names the run and reserves its folder. The environment says what the command line said: ASSAY_SEED, ASSAY_REPORTS,
 * ASSAY_HISTORY, ASSAY_STRICT.
 */
function openRun({ root, config, reports, history }: RunContextOptions): RunContext {
  const { ASSAY_SEED, ASSAY_REPORTS, ASSAY_HISTORY, ASSAY_STRICT, CI } = process.env
  const base = resolve(root, ASSAY_REPORTS || reports || 'reports')
  const startedAt = Date.now()
  mkdirSync(base, { recursive: true })
  const id = reserve(base, `${new Date(startedAt).toISOString().slice(0, 19).replaceAll(':', '-')}Z`)
  return {
    id,
    startedAt,
    seed: ASSAY_SEED || String(randomInt(1, 1_000_000)),
    root,
    config,
    folder: join(base, id),
    history: resolve(root, ASSAY_HISTORY || history || join(base, 'history')),
    strict: ASSAY_STRICT === '1',
    strictTargets: CI !== undefined && CI !== '' && CI !== 'false',
  }
}

/** A run that had no cases leaves no folder. */
export function closeEmptyRun(context: RunContext): void {
  try {
    if (readdirSync(context.folder).length === 0) rmdirSync(context.folder)
  } catch {
    // somebody else has tidied up
  }
}

/** Two runs in one second get different names, since making the folder either succeeds or does not. */
function reserve(base: string, id: string): string {
  for (let count = 1; ; count++) {
    const name = count === 1 ? id : `${id}-${count}`
    try {
      mkdirSync(join(base, name))
      return name
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || count > 1_000) throw error
    }
  }
}
