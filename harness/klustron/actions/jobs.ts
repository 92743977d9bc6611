import { z } from 'zod'
import { type Action, defineAction } from '../../actions/define-action.ts'
import { JOB_NAMES, JOB_TYPES, type JobName, type JobType } from '../api/job-types.ts'
import type { Klustron } from '../klustron.ts'
import { openFor } from './open.ts'

type Job = Readonly<Record<string, never>>
/** Jobs after which the case wants what is new, rather than the job's memo. */
const RESULTS: {
  readonly [Name in JobName]?: { about: string; run(klustron: Klustron, paras: Job): Promise<unknown> }
} = {
  create_cluster: {
    about: 'Gives the cluster: { id, name, nick, shards, computes }, whose nodes are endpoints for `on`.',
    run: ({ settings }, paras) => settings.createCluster(paras as never),
  },
  add_shards: {
    about: 'Gives { shards } with those that are new.',
    run: async ({ settings }, paras) => ({ shards: await settings.addShards(paras as never) }),
  },
  add_comps: {
    about: 'Gives { computes } with those that are new.',
    run: async ({ settings }, paras) => ({ computes: await settings.addComps(paras as never) }),
  },
  add_nodes: {
    about: 'Gives { nodes } with those that are new.',
    run: async ({ settings }, paras) => ({ nodes: await settings.addNodes(paras as never) }),
  },
}

/** One action for each job type: `klustron.add_shards`. */
export const jobActions: readonly Action[] = JOB_NAMES.map(name => {
  const { mode, about, paras }: JobType = JOB_TYPES[name]
  const result = RESULTS[name]
  const gives =
    result?.about ??
    (mode === 'sync' ? 'Gives the attachment.' : 'Gives { job, status, code, info, attachment } once it is done.')
  return defineAction({
    name: `klustron.${name}`,
    about: `${about} ${gives}`,
    input: paras as z.ZodType<Record<string, unknown>>,
    on: 'optional',
    exclusive: mode === 'async',
    timeout: mode === 'sync' ? '60s' : '5m',
    async run(input, context): Promise<unknown> {
      await using klustron = openFor(context)
      if (result) return await result.run(klustron, input as Job)
      const done = await klustron.settings.job(name, input)
      return mode === 'sync' ? (done.attachment ?? {}) : done
    },
  }) as Action
})

const anyJob = z.strictObject({
  type: z.string().min(1),
  paras: z
    .record(z.string(), z.unknown())
    .default({})
    .describe('Sent as they are, scalars as strings; nothing is checked'),
  change: z.record(z.string(), z.unknown()).default({}).describe('Laid over paras, for a matrix of them'),
})

/** Any job, unchecked: for parameters that must be refused, and for job types that are not known here. */
export const job = defineAction({
  name: 'klustron.job',
  about:
    'Submits any job and awaits its end, parameters unchecked; gives { job, type, status, code, info, attachment }. A job that is refused or fails fails the step: `fails: { code: "70073" }`.',
  input: anyJob,
  on: 'optional',
  exclusive: true,
  timeout: '5m',
  examples: [
    '- klustron.job: { type: create_cluster, paras: { shards: 0 } }\n  fails: { code: "70071", class: job_failed }',
  ],
  async run({ type, paras, change }, context) {
    await using klustron = openFor(context)
    return await klustron.manager.run(type, { ...paras, ...change } as never)
  },
})

export const submit = defineAction({
  name: 'klustron.submit',
  about: 'Submits any job and gives { job } without waiting for it; `klustron.await` does.',
  input: anyJob,
  on: 'optional',
  exclusive: true,
  async run({ type, paras, change }, context) {
    await using klustron = openFor(context)
    return { job: await klustron.manager.submit(type, { ...paras, ...change } as never), type }
  },
})

export const await_ = defineAction({
  name: 'klustron.await',
  about:
    'Waits for the end of a job, failed or done, and gives { job, type, status, code, info, attachment }. Put what you need of `status` and `code` under `expect`.',
  input: z.strictObject({ job: z.int().min(1), type: z.string().default('') }),
  on: 'optional',
  timeout: '5m',
  async run({ job: id, type }, context) {
    await using klustron = openFor(context)
    return await klustron.manager.await(id, type, { allowFailure: true })
  },
})

export const status = defineAction({
  name: 'klustron.status',
  about:
    'One look at a job: { job, status, code, info, attachment, logged }; status is `unknown` while its memo is empty, and `logged` what the job log says.',
  input: z.strictObject({ job: z.int().min(0) }),
  on: 'optional',
  async run({ job: id }, context) {
    await using klustron = openFor(context)
    return { ...(await klustron.manager.status(id)), logged: (await klustron.manager.logged(id)) ?? null }
  },
})

export const request = defineAction({
  name: 'klustron.request',
  about:
    'Sends a body to cluster_mgr as it is, for requests that no client should send; gives { body, json }. `fill: 10000000` sends so many bytes instead, `hex` bytes that are no text.',
  input: z.union([
    z.string(),
    z.strictObject({ json: z.unknown() }),
    z.strictObject({ hex: z.string() }),
    z.strictObject({ fill: z.int().min(1) }),
  ]),
  on: 'optional',
  async run(input, context) {
    await using klustron = openFor(context)
    const body = await klustron.manager.raw(bodyOf(input))
    return { body, json: parsed(body) }
  },
})

function bodyOf(input: string | { json?: unknown; hex?: string; fill?: number }): string | Uint8Array {
  if (typeof input === 'string') return input
  if (input.hex !== undefined) return Buffer.from(input.hex, 'hex')
  if (input.fill !== undefined) return Buffer.alloc(input.fill, 'x')
  return JSON.stringify(input.json)
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}
