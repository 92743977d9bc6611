import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { builtin } from '../../actions/builtin.ts'
import { defineAction } from '../../actions/define-action.ts'
import { defineAssay } from '../../assay.ts'
import { ActionError, AssayError } from '../../errors.ts'
import { secret } from '../../log/secret.ts'
import { defineTarget, type Endpoint } from '../../targets/target.ts'

/** Gives back what it is given. */
const give = defineAction({
  name: 'demo.give',
  about: 'Gives back its input.',
  input: z.unknown(),
  on: 'optional',
  async run(input) {
    return input
  },
})

const fail = defineAction({
  name: 'demo.fail',
  about: 'Fails.',
  input: z.strictObject({
    message: z.string(),
    class: z.string().optional(),
    kind: z.enum(['system', 'harness', 'undecided']).optional(),
  }),
  async run({ message, class: name, kind = 'system' }) {
    if (kind === 'harness') throw new AssayError('ASSAY_CONNECT', message)
    if (kind === 'undecided') throw new AssayError('ASSAY_UNDECIDED', message)
    throw new ActionError('ASSAY_ACTION', message, { class: name, systemCode: 'D001' })
  },
})

/** Counts in a file, so that it goes on over attempts and runs. */
const count = defineAction({
  name: 'demo.count',
  about: 'Counts up, and gives { n }. Breaks as the harness would while n is below `until`.',
  input: z.strictObject({ file: z.string(), until: z.int().optional() }),
  async run({ file, until = 0 }, context) {
    const path = context.path(file)
    const n = (existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0) + 1
    writeFileSync(path, String(n))
    if (n < until) throw new AssayError('ASSAY_CONNECT', `not yet: ${n}`)
    return { n }
  },
})

const note = defineAction({
  name: 'demo.note',
  about: 'Writes a file.',
  input: z.strictObject({ file: z.string(), text: z.string() }),
  async run({ file, text }, context) {
    writeFileSync(context.path(file), text)
    return {}
  },
})

/** As a database would: complains about a word of its text at its position. */
const query = defineAction({
  name: 'demo.query',
  about: 'Fails at the word "nope" of its text.',
  input: z.string(),
  async run(text) {
    const position = text.indexOf('nope')
    if (position < 0) return { text }
    throw new ActionError('ASSAY_SQL', 'column "nope" does not exist', {
      position,
      systemCode: '42703',
      class: 'undefined_column',
    })
  },
})

const server: Endpoint = {
  target: 'demo.server',
  role: 'server',
  name: 'server',
  protocol: 'demo',
  host: '127.0.0.1',
  port: 1,
  user: 'app',
  password: secret('hunter2hunter2'),
}

const provided = defineTarget({
  name: 'demo.server',
  about: 'A target of nothing.',
  roles: ['server'],
  providers: [
    {
      tier: 'embedded',
      memory: 1,
      unavailable: async () => undefined,
      async start({ log }) {
        log('demo.server has started')
        return {
          endpoints: { server },
          capabilities: { 'demo.speed': 3 },
          versions: { demo: '1.4.2' },
          async [Symbol.asyncDispose]() {},
        }
      },
    },
  ],
})

const absent = defineTarget({
  name: 'demo.absent',
  about: 'A target that this machine cannot have.',
  roles: ['server'],
  providers: [
    {
      tier: 'embedded',
      memory: 1,
      unavailable: async () => 'there is no demo program',
      start: () => Promise.reject(new Error('not here')),
    },
  ],
})

export default defineAssay({
  systems: [builtin, { name: 'demo', about: 'for tests', actions: [give, fail, count, note, query] }],
  targets: [provided, absent],
  tags: { slow: 'takes minutes', quick: 'takes no time' },
  owners: { storage: 'storage@example.org' },
})
