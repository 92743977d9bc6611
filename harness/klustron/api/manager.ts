import { ActionError, AssayError } from '../../errors.ts'
import { addressOf, type Metadata } from '../metadata/metadata.ts'
import { pause } from '../pause.ts'
import { jobError } from './job-error.ts'
import { type Paras, wireParas } from './paras.ts'
import { isBlank, parseReply, type Reply } from './reply.ts'

export type ManagerOptions = {
  readonly metadata: Metadata
  readonly signal?: AbortSignal
  /** Stored in `cluster_general_job_log.user_name`. */
  readonly user?: string
  /** Milliseconds that a change of the leader may take. Default 30,000. */
  readonly leaderWithin?: number
  /** Milliseconds for one request. Default 20,000: requests are served one after another. */
  readonly requestWithin?: number
  /** Milliseconds that a job may take where its call says nothing else; there is no bound in the product, and `update_machine` never ends. Default 300,000. */
  readonly jobWithin?: number
  /** Milliseconds between two questions after a job. Default 200. */
  readonly every?: number
  readonly log?: (text: string) => void
}

export type JobResult = {
  readonly job: number
  readonly type: string
  readonly status: 'done' | 'failed'
  /** `error_code`: `0` when all is well. */
  readonly code: string
  readonly info: string
  /** The memo of the job log, parsed where it is JSON. */
  readonly attachment: unknown
}

export type JobState = Omit<JobResult, 'status'> & {
  readonly status: 'unknown' | 'not_started' | 'ongoing' | 'done' | 'failed'
}

export type AwaitOptions = {
  /** Milliseconds. Default: `jobWithin` of the client. */
  readonly within?: number
  /** A failed job is returned rather than thrown. */
  readonly allowFailure?: boolean
}

export type Member = { readonly host: string; readonly port: number }

/** Blank answers after which the job log is believed instead. */
const BLANKS = 5
const RETRY_EVERY = 200

/** The client of cluster_mgr's one route (reference 1). The leader is found from the metadata, and found again when it does not answer. */
export class ClusterManager {
  readonly #metadata: Metadata
  readonly #signal: AbortSignal | undefined
  readonly #options: Required<Omit<ManagerOptions, 'metadata' | 'signal'>>
  #leader: Member | undefined

  constructor({ metadata, signal, ...rest }: ManagerOptions) {
    this.#metadata = metadata
    this.#signal = signal
    const { user = 'assay', leaderWithin = 30_000, requestWithin = 20_000, jobWithin = 300_000 } = rest
    const { every = 200, log = () => {} } = rest
    this.#options = { user, leaderWithin, requestWithin, jobWithin, every, log }
  }

  /** Host and port of the leader, waiting through an election. Rejects with ASSAY_KLUSTRON_MANAGER at the deadline. */
  async leader(): Promise<Member> {
    const deadline = performance.now() + this.#options.leaderWithin
    for (;;) {
      const [row] = await this.#metadata.query(
        `SELECT hostaddr, port FROM cluster_mgr_nodes WHERE member_state = 'source'`,
      )
      if (row) return { host: String(row.hostaddr), port: Number(row.port) }
      if (performance.now() > deadline)
        throw new AssayError('ASSAY_KLUSTRON_MANAGER', 'the metadata name no cluster_mgr leader', {
          hint: 'Look at cluster_mgr_nodes: an election that does not end has too few members.',
        })
      await pause(RETRY_EVERY, this.#signal)
    }
  }

  /** Every process of cluster_mgr that the metadata name, the leader first. */
  async members(): Promise<readonly Member[]> {
    const rows = await this.#metadata.query(
      `SELECT hostaddr, port FROM cluster_mgr_nodes ORDER BY member_state = 'source' DESC, id`,
    )
    return rows.map(({ hostaddr, port }) => ({ host: String(hostaddr), port: Number(port) }))
  }

  /** Submits an asynchronous job and returns its id. Rejects with ASSAY_KLUSTRON_JOB when it is refused at once. */
  async submit(type: string, paras: Paras = {}): Promise<number> {
    const reply = await this.#send({ job_type: type, job_id: '', paras: wireParas(paras) }, false)
    if (reply.job === undefined || reply.status !== 'accept') throw jobError({ type, ...failure(reply) })
    this.#options.log(`${type} is job ${reply.job}`)
    return reply.job
  }

  /** A synchronous request: returns the attachment. `done` and `success` are both well (1.5). */
  async call(type: string, paras: Paras = {}): Promise<unknown> {
    const reply = await this.#send({ job_type: type, job_id: '', paras: wireParas(paras) }, true)
    // Some handlers forget their code and leave the default 70001 beside a good answer.
    const forgotten = reply.code === '70001' && reply.attachment !== null && reply.info === ''
    if (!forgotten && (reply.code !== '0' || !['done', 'success'].includes(reply.status)))
      throw jobError({ type, ...failure(reply) })
    return reply.attachment
  }

  /** One look at a job. `unknown` while its memo is empty, which a bad id cannot be told from. */
  async status(job: number, type = ''): Promise<JobState> {
    const reply = await this.#send({ job_type: 'get_status', job_id: String(job), paras: {} }, true)
    const status = isBlank(reply) ? 'unknown' : (reply.status as JobState['status'])
    return { job, type, status, code: reply.code, info: reply.info, attachment: reply.attachment }
  }

  /** What the job log itself says; undefined where it has no such job. */
  async logged(job: number): Promise<JobState | undefined> {
    const [row] = await this.#metadata.query(
      'SELECT job_type, status, memo FROM cluster_general_job_log WHERE id = ?',
      [job],
    )
    if (!row) return undefined
    const attachment = parsed(row.memo === null ? null : String(row.memo))
    const { error_code: code = '', error_info: info = '' } = (attachment ?? {}) as Record<string, unknown>
    const status = row.status as JobState['status']
    return { job, type: String(row.job_type), status, code: String(code), info: String(info), attachment }
  }

  /** Waits for the end of a job. Rejects with ASSAY_KLUSTRON_JOB when it failed, with class `timeout` at the deadline. */
  async await(
    job: number,
    type: string,
    { within = this.#options.jobWithin, allowFailure = false }: AwaitOptions = {},
  ): Promise<JobResult> {
    const deadline = performance.now() + within
    let shown = ''
    for (let blanks = 0; ; await pause(this.#options.every, this.#signal)) {
      let state = await this.status(job, type)
      if (state.status === 'unknown' && ++blanks >= BLANKS) {
        const logged = await this.logged(job)
        if (!logged) throw jobError({ type, job, code: '70104', info: 'the job log has no such job' })
        state = { ...logged, type }
      }
      const line = `${state.status} ${stepsOf(state.attachment)}`
      if (line !== shown) this.#options.log(`job ${job} (${type}): ${line}`)
      shown = line
      if (state.status === 'done' || state.status === 'failed') {
        const result: JobResult = { ...state, status: state.status }
        if (state.status === 'failed' && !allowFailure) throw jobError(result)
        return result
      }
      if (performance.now() > deadline)
        throw new ActionError(
          'ASSAY_KLUSTRON_JOB',
          `${type} (job ${job}) is still ${state.status} after ${within} ms`,
          {
            class: 'timeout',
            data: { job_type: type, job_id: job, attachment: state.attachment },
          },
        )
    }
  }

  /** Submits and waits. */
  async run(type: string, paras: Paras = {}, options: AwaitOptions = {}): Promise<JobResult> {
    return await this.await(await this.submit(type, paras), type, options)
  }

  /** Sends a body as it is, for requests that no client should send; returns the answer as text. */
  async raw(body: string | Uint8Array): Promise<string> {
    return await this.#post(await this.leader(), body)
  }

  async #send(request: Readonly<Record<string, unknown>>, repeatable: boolean): Promise<Reply> {
    const timestamp = String(Math.floor(Date.now() / 1000))
    const body = JSON.stringify({ version: '1.0', timestamp, user_name: this.#options.user, ...request })
    const deadline = performance.now() + this.#options.leaderWithin
    for (;;) {
      this.#signal?.throwIfAborted()
      this.#leader ??= await this.leader()
      const leader = this.#leader
      try {
        return parseReply(await this.#post(leader, body))
      } catch (error) {
        this.#signal?.throwIfAborted()
        this.#leader = undefined
        // A request that was cut off half-way may have been accepted: only one that never left is sent again.
        const never = error instanceof ActionError && error.class === 'connection_refused'
        if (!(never || repeatable) || performance.now() > deadline) throw error
        this.#options.log(`cluster_mgr on ${addressOf(leader)} does not answer; asking the metadata for its leader`)
        await pause(RETRY_EVERY, this.#signal)
      }
    }
  }

  async #post(leader: Member, body: string | Uint8Array): Promise<string> {
    const late = AbortSignal.timeout(this.#options.requestWithin)
    const signal = this.#signal ? AbortSignal.any([this.#signal, late]) : late
    const url = `http://${addressOf(leader)}/HttpService/Emit`
    try {
      const response = await fetch(url, { method: 'POST', body: body as BodyInit, signal })
      return await response.text()
    } catch (cause) {
      this.#signal?.throwIfAborted()
      const reason = (cause as { cause?: NodeJS.ErrnoException }).cause
      throw new ActionError(
        'ASSAY_KLUSTRON_MANAGER',
        `cluster_mgr on ${addressOf(leader)} did not answer: ${reason?.message ?? (cause as Error).message}`,
        {
          cause,
          systemCode: reason?.code,
          class: reason?.code === 'ECONNREFUSED' ? 'connection_refused' : late.aborted ? 'timeout' : 'connection_lost',
        },
      )
    }
  }
}

function failure({ code, info, attachment }: Reply): { code: string; info: string; attachment: unknown } {
  return { code, info, attachment }
}

function parsed(memo: string | null): unknown {
  if (memo === null || memo === '') return null
  try {
    return JSON.parse(memo)
  } catch {
    return memo
  }
}

/** What changes in a memo while a job goes on, for the log. */
function stepsOf(attachment: unknown): string {
  if (typeof attachment !== 'object' || attachment === null) return ''
  return Object.entries(attachment)
    .filter(([key, value]) => /(^|_)(state|step)$/.test(key) && typeof value === 'string')
    .map(([key, value]) => `${key}=${value}`)
    .join(' ')
}
