import { afterAll, beforeAll, inject } from 'vitest'
import { expandCase } from '../cases/expand-case.ts'
import type { CaseFile } from '../cases/model.ts'
import { AssayError } from '../errors.ts'
import { FileRun } from '../run/file-run.ts'
import { locatedRecord } from '../run/locate.ts'
import { SkipCase } from '../run/skip.ts'
import { CaseAttempt, type CaseTestContext } from './case-attempt.ts'
import { CaseError } from './case-error.ts'
import './case-meta.ts'
import type { RunContext } from './run-context.ts'
import { workerEnvironment } from './worker-environment.ts'

const HOOK_TIMEOUT = 15 * 60_000

/** One case file in a worker: its set-up and teardown, and the attempts at its cases. */
export class CaseModule {
  readonly run: RunContext = inject('assay')
  readonly #file: CaseFile
  #fileRun: Promise<FileRun> | undefined
  /** Why none of its cases runs: a requirement of the file is not met. */
  skip: SkipCase | undefined

  constructor(file: CaseFile) {
    this.#file = file
  }

  /** Registers the file's set-up and teardown, where it has steps for them. */
  hooks(): void {
    if (this.#file.setup.length === 0 && this.#file.teardown.length === 0) return
    beforeAll(() => this.#setUp(), HOOK_TIMEOUT)
    afterAll(() => this.#tearDown(), HOOK_TIMEOUT)
  }

  /** Attempts are counted from 0. They are ours and not vitest's, which drops a retry condition that is a function. */
  start(context: CaseTestContext, index: number, cell: number, attempt = 0): CaseAttempt {
    const definition = this.#file.cases[index]
    const expanded = definition ? expandCase(definition, this.#file.vars)[cell] : undefined
    if (!expanded) throw new AssayError('ASSAY_INTERNAL', `the case file has no case ${index} with cell ${cell}`)
    return new CaseAttempt(this, expanded, { context, attempt })
  }

  fileRun(): Promise<FileRun> {
    this.#fileRun ??= workerEnvironment(this.run, inject('assayTier')).then(
      environment => new FileRun(environment, this.#file),
    )
    return this.#fileRun
  }

  async #setUp(): Promise<void> {
    const file = await this.fileRun()
    try {
      await file.open(AbortSignal.timeout(HOOK_TIMEOUT))
    } catch (error) {
      // a file whose requirement is not met is not blocked: its cases skip with the reason
      if (!(error instanceof SkipCase))
        throw new CaseError(locatedRecord(error, this.run.root), this.run.root, [
          'the set-up of the file failed, so its cases are blocked',
        ])
      this.skip = error
    }
  }

  async #tearDown(): Promise<void> {
    const steps = await (await this.fileRun()).close()
    const failed = steps.find(step => step.error !== undefined)
    if (!failed?.error) return
    const { file, line, error } = failed
    const message = `the teardown of the file failed: ${error.message}`
    throw new CaseError({ file, line, ...error, message }, this.run.root, [])
  }
}
