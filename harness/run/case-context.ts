import { mkdirSync, realpathSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import type { ActionContext } from '../actions/define-action.ts'
import type { Composite } from '../cases/model.ts'
import { AssayError } from '../errors.ts'
import type { EvidenceFile } from '../report/model.ts'
import type { Lease } from '../targets/lease.ts'
import type { Endpoint } from '../targets/target.ts'
import { withDeadline } from './deadline.ts'
import { EndpointNames } from './endpoints.ts'
import type { RunEnvironment } from './environment.ts'
import { listFiles } from './evidence-files.ts'
import { evidenceName } from './folder-name.ts'
import { Kept } from './kept.ts'
import { Mask } from './mask.ts'
import { randomFrom } from './random.ts'
import type { RecordedResults } from './recorded.ts'
import { Sessions } from './sessions.ts'
import type { StepRecord } from './step-record.ts'

const CLOSE_WITHIN = 30_000

export type CaseContextOptions = {
  readonly environment: RunEnvironment
  readonly leases: readonly Lease[]
  readonly composites: Readonly<Record<string, Composite>>
  readonly recorded: RecordedResults
  /** Absolute. */
  readonly caseFile: string
  /** `<tier>/<case key>`. */
  readonly key: string
}

/** What the steps of one attempt work with, and what has to be closed after it. */
export class CaseContext implements AsyncDisposable {
  readonly environment: RunEnvironment
  readonly endpoints: EndpointNames
  readonly composites: Readonly<Record<string, Composite>>
  readonly recorded: RecordedResults
  readonly leases: readonly Lease[]
  readonly sessions = new Sessions()
  readonly mask: Mask
  readonly kept = new Kept()
  readonly #caseFile: string
  readonly #key: string
  readonly #random: () => number
  #evidence: string | undefined
  /** Names of targets that a fault was done to. */
  readonly disturbed = new Set<string>()

  constructor({ environment, leases, composites, recorded, caseFile, key }: CaseContextOptions) {
    this.environment = environment
    this.leases = leases
    this.endpoints = new EndpointNames(leases)
    this.mask = new Mask(leases)
    this.composites = composites
    this.recorded = recorded
    this.#caseFile = caseFile
    this.#key = key
    this.#random = randomFrom(this.seed)
  }

  get seed(): string {
    return `${this.environment.seed}:${this.#key}`
  }

  /** What one call of an action is given. */
  actionContext(record: StepRecord, signal: AbortSignal, endpoint: Endpoint | undefined): ActionContext {
    const { environment, endpoints, sessions } = this
    const context: ActionContext = {
      signal,
      clock: environment.clock,
      get endpoint(): Endpoint {
        if (endpoint) return endpoint
        const roles = endpoints.names.filter(name => !name.includes('.'))
        const hint = roles.length === 0 ? 'Give the file `targets: […]`.' : `Say \`on:\` one of ${roles.join(', ')}.`
        throw new AssayError(
          'ASSAY_CASE_NO_ENDPOINT',
          `${record.step.action} needs an endpoint, and the step has no "on"`,
          { hint },
        )
      },
      endpointIfAny: endpoint,
      resolveEndpoint: value => {
        const found = endpoints.resolve(value)
        if (found.length !== 1)
          throw new AssayError(
            'ASSAY_CASE_NO_ENDPOINT',
            `"${String(value)}" is ${found.length} endpoints where one is needed`,
          )
        return found[0] as Endpoint
      },
      resolveEndpoints: value => endpoints.resolve(value),
      session: (at, options) => sessions.get(at, { signal, ...options }),
      keep: (name, make) => this.kept.get(name, make),
      fault: (kind, at) => this.#fault(kind, at, signal),
      random: this.#random,
      seed: this.seed,
      path: name => this.path(name),
      evidenceFolder: () => this.evidenceFolder(),
      log: text => {
        record.log(text)
        this.log(`${record.name}: ${text}`)
      },
      record: entry => record.add(entry),
    }
    return context
  }

  /** A line of this case in the run log. */
  log(text: string): void {
    this.environment.log(this.mask.text(`${this.#key}  ${text}`))
  }

  evidenceFolder(): string {
    if (this.#evidence === undefined) {
      this.#evidence = join(this.environment.runFolder, 'cases', evidenceName(this.#key))
      mkdirSync(this.#evidence, { recursive: true })
    }
    return this.#evidence
  }

  evidenceFiles(): EvidenceFile[] {
    return this.#evidence === undefined ? [] : listFiles(this.#evidence, this.environment.runFolder)
  }

  async #fault(kind: Parameters<Lease['fault']>[0], endpoint: Endpoint, signal: AbortSignal): Promise<void> {
    const lease = this.leases.find(one => one.target === endpoint.target)
    if (!lease)
      throw new AssayError(
        'ASSAY_FAULT_UNSUPPORTED',
        `${endpoint.name} belongs to no target of this case, so nothing can be done to its server`,
      )
    this.disturbed.add(lease.target)
    await lease.fault(kind, endpoint.name, signal)
  }

  /** A file that the case names: relative to the case file, and inside the project even through links. */
  path(name: string): string {
    const path = resolve(dirname(this.#caseFile), name)
    const inside = (file: string, root: string) => !relative(root, file).startsWith('..')
    if (!inside(path, this.environment.root) && !inside(path, this.environment.runFolder)) {
      throw new AssayError('ASSAY_CASE_TYPE', `"${name}" lies outside the project`)
    }
    try {
      const real = realpathSync(path)
      if (
        !inside(real, realpathSync(this.environment.root)) &&
        !inside(real, realpathSync(this.environment.runFolder))
      ) {
        throw new AssayError('ASSAY_CASE_TYPE', `"${name}" leads outside the project`)
      }
    } catch (error) {
      // a file that is not there yet may be what the step writes
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
    return path
  }

  /** What does not close in time is left to the end of the run: the verdict of the case does not wait for it. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { signal } = new AbortController()
    const deadline = { within: CLOSE_WITHIN, what: 'closing what the case kept', signal, clock: this.environment.clock }
    await withDeadline(deadline, () => Promise.all([this.sessions.close(), this.kept[Symbol.asyncDispose]()])).catch(
      (error: Error) => this.log(error.message),
    )
  }
}
