import { z } from 'zod'
import { defineAction } from '../../actions/define-action.ts'
import { ActionError, AssayError } from '../../errors.ts'

/** What the actions of one test remember. */
export type Memory = { readonly said: string[]; readonly counts: Map<string, number> }

/** Small actions for tests of the run. `said` tells in which order things happened. */
export function testActions({ said, counts }: Memory) {
  const say = defineAction({
    name: 'say',
    about: 'Notes a word, and gives it.',
    input: z.unknown(),
    on: 'optional',
    async run(input, { endpointIfAny }) {
      const on = endpointIfAny ? `@${endpointIfAny.name}` : ''
      said.push(`${typeof input === 'string' ? input : JSON.stringify(input)}${on}`)
      return input
    },
  })
  const count = defineAction({
    name: 'count',
    about: 'Counts up under a name, and gives { n }.',
    input: z.string(),
    async run(name) {
      const n = (counts.get(name) ?? 0) + 1
      counts.set(name, n)
      return { n, list: Array(n).fill(n) }
    },
  })
  const fail = defineAction({
    name: 'fail',
    about: 'Fails; while its count is below `until` where that is given.',
    input: z.strictObject({
      message: z.string(),
      class: z.string().optional(),
      code: z.string().optional(),
      kind: z.enum(['system', 'harness', 'undecided', 'bug']).optional(),
      until: z.int().optional(),
    }),
    on: 'optional',
    async run({ message, class: name, code, kind = 'system', until }) {
      const n = (counts.get(message) ?? 0) + 1
      counts.set(message, n)
      if (until !== undefined && n >= until) return { n }
      if (kind === 'harness') throw new AssayError('ASSAY_CONNECT', message)
      if (kind === 'undecided') throw new AssayError('ASSAY_UNDECIDED', message)
      if (kind === 'bug') throw new TypeError(message)
      throw new ActionError('ASSAY_ACTION', message, { class: name, systemCode: code, data: { detail: 'd' } })
    },
  })
  const sleep = defineAction({
    name: 'sleep',
    about: 'Waits, and says what it was told meanwhile. `deaf` does not heed its signal.',
    input: z.strictObject({ ms: z.int(), say: z.string().optional(), deaf: z.boolean().optional() }),
    timeout: '1d',
    async run({ ms, say: word, deaf }, { clock, signal }) {
      try {
        await clock.sleep(ms, deaf ? undefined : signal)
      } catch (error) {
        said.push(`stopped ${word ?? ms}`)
        throw error
      }
      said.push(word ?? `slept ${ms}`)
      return { word }
    },
  })
  const random = defineAction({
    name: 'random',
    about: 'Three numbers of the case.',
    input: z.unknown(),
    async run(_, context) {
      return { numbers: [context.random(), context.random(), context.random()], seed: context.seed }
    },
  })
  const leak = defineAction({
    name: 'leak',
    about: 'Leaves a text wherever an action can.',
    input: z.strictObject({ text: z.string(), fail: z.boolean().optional(), given: z.unknown().optional() }),
    async run({ text, fail: failing }, context) {
      context.log(`log ${text}`)
      context.record({ kind: 'text', title: 'title', text: `text ${text}` })
      context.record({
        kind: 'sql',
        sql: { endpoint: 'e', text: `sql ${text}`, parameters: [text], duration: 1, columns: ['c'], rows: [[text]] },
      })
      if (failing) throw new ActionError('ASSAY_ACTION', `message ${text}`, { data: { field: text } })
      return { result: `result ${text}` }
    },
  })
  return [say, count, fail, sleep, random, leak]
}
