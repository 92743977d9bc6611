import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type ActionContext, defineAction } from '../../actions/define-action.ts'
import { ActionError } from '../../errors.ts'
import { HOLD_POINTS, type HoldPoint } from '../hold-points.ts'

const point = z.enum(Object.keys(HOLD_POINTS) as [HoldPoint, ...HoldPoint[]]).describe(
  `Where in an action: ${Object.entries(HOLD_POINTS)
    .map(([name, where]) => `${name} (${where})`)
    .join(', ')}`,
)

/** The folder through which a node of the reference service can be made to stand still. */
function holdsOf({ endpoint }: ActionContext): string {
  const folder = endpoint.options?.holds
  if (typeof folder === 'string') return folder
  throw new ActionError('ASSAY_FAULT_UNSUPPORTED', `${endpoint.name} cannot be made to stand still`, {
    class: 'not_supported',
  })
}

/** Only for nodes of the reference service: a fault can then hit an action in the very moment that a case is about. */
export const holdActions = [
  defineAction({
    name: 'openstore.hold',
    about: 'From now on the node stands still when an action reaches the point, until openstore.release or for 20 s.',
    input: z.strictObject({ point }),
    on: 'required',
    exclusive: true,
    examples: ['- openstore.hold: { point: write.before_commit }\n  on: nodes.0'],
    async run(input, context) {
      await writeFile(join(holdsOf(context), input.point), '')
      return {}
    },
  }),
  defineAction({
    name: 'openstore.held',
    about: 'Waits until the node stands still at the point.',
    input: z.strictObject({ point }),
    on: 'required',
    timeout: '15s',
    async run(input, context) {
      const file = join(holdsOf(context), `${input.point}.reached`)
      while (!existsSync(file)) await context.clock.sleep(5, context.signal)
      return {}
    },
  }),
  defineAction({
    name: 'openstore.release',
    about: 'Lets the node go on.',
    input: z.strictObject({ point }),
    on: 'required',
    async run(input, context) {
      const file = join(holdsOf(context), input.point)
      await rm(file, { force: true })
      await rm(`${file}.reached`, { force: true })
      return {}
    },
  }),
]
