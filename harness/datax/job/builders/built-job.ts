import { AssayError } from '../../../errors.ts'
import type { Secret } from '../../../log/secret.ts'
import type { RunOptions, RunResult } from '../../engine/engine.ts'
import { checkJob } from '../check.ts'

/** One end of a job as its builder made it. */
export type JobSide = {
  readonly name: string
  readonly parameter: Readonly<Record<string, unknown>>
  /** How many columns it gives or takes; undefined where only the run can tell. */
  readonly width?: number | undefined
  readonly password?: Secret
}

/** How fast: so many channels; or so much in all, with what one channel may do, which gives their number. */
export type JobSpeed =
  | { readonly channel?: number }
  | { readonly records: { readonly perSecond: number; readonly perChannel: number } }
  | { readonly bytes: { readonly perSecond: number; readonly perChannel: number } }

/** A job file and what it is run with. The text holds no password: they are variables, whose values go beside it. */
export class BuiltJob {
  /** The job file. */
  readonly text: string
  readonly #secrets: Readonly<Record<string, Secret>>

  /** Throws ASSAY_DATAX_JOB where `assay datax check` would find an error in it. */
  constructor(job: unknown, secrets: Readonly<Record<string, Secret>>) {
    this.text = `${JSON.stringify(job, null, 2)}\n`
    this.#secrets = secrets
    const error = checkJob(this.text, this.revealParams()).find(finding => finding.severity === 'error')
    if (error)
      throw new AssayError(
        'ASSAY_DATAX_JOB',
        `the options make a job that cannot run: ${error.code} ${error.message}`,
        {
          ...(error.hint === undefined ? {} : { hint: error.hint }),
        },
      )
  }

  /** Names of its variables. */
  get variables(): readonly string[] {
    return Object.keys(this.#secrets)
  }

  /** What `-p "-Dname=value"` and `engine.run(text, { params })` take, in the clear: not for a log. Variables stand inside JSON texts. */
  revealParams(): Readonly<Record<string, string>> {
    const within = (secret: Secret): string => JSON.stringify(secret.reveal()).slice(1, -1)
    return Object.fromEntries(Object.entries(this.#secrets).map(([name, secret]) => [name, within(secret)]))
  }

  /** Runs it in this process. Never rejects for what the job does: that is in the result. */
  async run(options: Omit<RunOptions, 'params'> = {}): Promise<RunResult> {
    const { runJob } = await import('../../engine/in-process/run-job.ts')
    return runJob(this.text, { ...options, params: this.revealParams() })
  }
}
