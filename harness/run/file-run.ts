import { join } from 'node:path'
import type { CaseDefinition, CaseFile, Step } from '../cases/model.ts'
import { resolveVars } from '../cases/vars.ts'
import { AssayError } from '../errors.ts'
import type { StepResult } from '../report/model.ts'
import type { Lease } from '../targets/lease.ts'
import { BlockedCase } from './blocked.ts'
import { CaseContext } from './case-context.ts'
import { withDeadline } from './deadline.ts'
import { targetScope } from './endpoints.ts'
import type { RunEnvironment } from './environment.ts'
import type { Frame } from './frame.ts'
import { RecordedResults } from './recorded.ts'
import { unmetRequirement } from './requires.ts'
import { SkipCase } from './skip.ts'
import { StepRunner } from './step-runner.ts'
import { tearDown } from './teardown.ts'

const SETUP_BUDGET = 5 * 60_000
const LEASE_BUDGET = 3 * 60_000

/** The targets that a case works on, and the values it starts with. */
export type Stage = {
  readonly leases: readonly Lease[]
  readonly scope: Readonly<Record<string, unknown>>
  /** True where the file's own set-up stands on it, so that the case may not give it back. */
  readonly shared: boolean
}

/**
 * One case file in a run. A file with set-up or teardown steps leases its targets once, and its cases share them;
 * otherwise every case leases its own.
 */
export class FileRun {
  readonly environment: RunEnvironment
  readonly file: CaseFile
  readonly #startedAt: number
  #stage: Stage | undefined
  #setupSteps: StepResult[] = []
  #spoiled: string | undefined

  constructor(environment: RunEnvironment, file: CaseFile) {
    this.environment = environment
    this.file = file
    this.#startedAt = environment.clock.now()
  }

  get hasOwnStage(): boolean {
    return this.file.setup.length > 0 || this.file.teardown.length > 0
  }

  /** Milliseconds that the file's `timeout` leaves to its cases. */
  get timeLeft(): number {
    return this.file.timeout === undefined
      ? Number.POSITIVE_INFINITY
      : this.#startedAt + this.file.timeout - this.environment.clock.now()
  }

  /** Leases and sets up, where the file asks for it. A failure blocks all its cases. */
  async open(signal: AbortSignal): Promise<void> {
    if (!this.hasOwnStage || this.#stage) return
    const leases = await this.#lease(
      [...this.file.setup, ...this.file.teardown, ...this.file.cases.flatMap(stepsOf)],
      this.file.requires,
      this.file.suite,
      signal,
    )
    const scope = this.#baseScope(leases)
    const context = this.#context(leases, 'setup')
    const runner = new StepRunner(context)
    const frame: Frame = { scope, phase: 'file setup', signal, records: [], background: new Map() }
    let cleanUp: readonly StepResult[] = []
    try {
      await withDeadline(
        { within: SETUP_BUDGET, what: `the set-up of ${this.file.file}`, signal, clock: this.environment.clock },
        async inner => {
          for (const step of this.file.setup) await runner.run(step, { ...frame, signal: inner })
        },
      ).finally(() => runner.abandon(frame, 'the set-up of the file has ended'))
      this.#stage = { leases, scope, shared: true }
    } catch (error) {
      // what the set-up made before it failed is no less there: a real target is not thrown away
      cleanUp = await tearDown({ steps: this.file.teardown, scope, phase: 'file teardown', context })
      await Promise.allSettled(leases.map(lease => lease.release({ dirty: 'the set-up of the file failed' })))
      throw error
    } finally {
      this.#setupSteps = context.mask.data([...frame.records.map(record => record.result()), ...cleanUp])
      await context[Symbol.asyncDispose]()
    }
  }

  /** The stage of one case. Throws SkipCase where a requirement is not met. */
  async stage(one: CaseDefinition, signal: AbortSignal): Promise<Stage> {
    const requires = [...this.file.requires, ...one.requires]
    if (this.hasOwnStage) {
      if (this.#spoiled !== undefined) await this.#renew(signal)
      if (!this.#stage) await this.open(signal)
      const stage = this.#stage as Stage
      skipUnless(requires, stage.leases)
      return { ...stage, scope: { ...stage.scope } }
    }
    const leases = await this.#lease(stepsOf(one), requires, one.id, signal)
    return { leases, scope: this.#baseScope(leases), shared: false }
  }

  /** The file's set-up steps, once: the first case that asks shows them. */
  takeSetupSteps(): readonly StepResult[] {
    const steps = this.#setupSteps
    this.#setupSteps = []
    return steps
  }

  /** Says that a case left the shared stage in a state that no other may meet. */
  spoil(reason: string): void {
    this.#spoiled = reason
  }

  /** Runs the file's teardown steps, each of them, and gives the targets back. Returns what failed. */
  async close(): Promise<readonly StepResult[]> {
    const stage = this.#stage
    if (!stage) return []
    this.#stage = undefined
    const context = this.#context(stage.leases, 'teardown')
    try {
      return await tearDown({
        steps: this.file.teardown,
        scope: { ...stage.scope },
        phase: 'file teardown',
        context,
      })
    } finally {
      await context[Symbol.asyncDispose]()
      await Promise.allSettled(
        stage.leases.map(lease => lease.release(this.#spoiled === undefined ? {} : { dirty: this.#spoiled })),
      )
      this.#spoiled = undefined
    }
  }

  async #renew(signal: AbortSignal): Promise<void> {
    await this.close()
    try {
      await this.open(signal)
    } catch (error) {
      throw error instanceof SkipCase ? error : new BlockedCase(error)
    }
  }

  async #lease(
    steps: readonly Step[],
    requires: readonly string[],
    holder: string,
    signal: AbortSignal,
  ): Promise<Lease[]> {
    const { environment, file } = this
    const uses = file.targets
    if (uses.length === 0) skipUnless(requires, [])
    for (const { name } of uses) {
      const status = await environment.status(name)
      if (status.available) continue
      const reason = `${name} is not available in the tier ${environment.tier}: ${status.reason ?? 'no reason given'}`
      if (environment.strictTargets && environment.tier === 'embedded')
        throw new AssayError('ASSAY_SETUP_MISSING', reason)
      throw new SkipCase(reason)
    }
    const exclusive = steps.some(step => this.#isExclusive(step))
    const leases: Lease[] = []
    try {
      // one after the other, in the order of their names: two cases that each hold one and want both would wait for ever
      for (const { name, exclusive: asked } of [...uses].sort((a, b) => (a.name < b.name ? -1 : 1))) {
        const mode = asked || exclusive ? 'exclusive' : 'shared'
        leases.push(
          await withDeadline(
            { within: LEASE_BUDGET, what: `leasing ${name}`, signal, clock: environment.clock },
            inner =>
              environment.lease({
                target: name,
                tier: environment.tier,
                mode,
                holder: `${file.file} ${holder}`,
                signal: inner,
              }),
          ),
        )
      }
      skipUnless(requires, leases)
      return leases
    } catch (error) {
      await Promise.allSettled(leases.map(lease => lease.release()))
      throw error
    }
  }

  #isExclusive(step: Step): boolean {
    const composite = this.file.composites[step.action]
    const inner = [...(step.steps ?? []), ...(composite?.steps ?? [])]
    return (
      this.environment.registry.actions.get(step.action)?.exclusive === true ||
      inner.some(one => this.#isExclusive(one))
    )
  }

  #baseScope(leases: readonly Lease[]): Record<string, unknown> {
    const { runId, seed, tier } = this.environment
    return {
      ...resolveVars(this.file.vars, {
        target: targetScope(leases),
        run: { id: runId, seed, tier },
        case: { suite: this.file.suite },
      }),
    }
  }

  #context(leases: readonly Lease[], part: string): CaseContext {
    const { environment, file } = this
    return new CaseContext({
      environment,
      leases,
      composites: file.composites,
      recorded: new RecordedResults({
        caseFile: join(environment.root, file.file),
        caseId: part,
        cell: '',
        mode: () => 'none',
      }),
      caseFile: join(environment.root, file.file),
      key: `${environment.tier}/${file.suite.replaceAll('/', '.')}.${part}`,
    })
  }
}

function skipUnless(requires: readonly string[], leases: readonly Lease[]): void {
  const reason = unmetRequirement(requires, leases)
  if (reason !== undefined) throw new SkipCase(reason)
}

function stepsOf(one: CaseDefinition): Step[] {
  return [...one.setup, ...one.steps, ...one.teardown]
}
