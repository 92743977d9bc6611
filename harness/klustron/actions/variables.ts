import { z } from 'zod'
import { defineAction } from '../../actions/define-action.ts'
import { openFor } from './open.ts'

const where = { type: z.enum(['computer', 'storage']), name: z.string().min(1), cluster: z.int().optional() }

export const readVariable = defineAction({
  name: 'klustron.read_variable',
  about: 'Reads a variable by SQL on every compute or storage node; gives { nodes: [{ node, value }], values }.',
  input: z.strictObject(where),
  on: 'optional',
  async run({ type, name, cluster }, context) {
    await using klustron = openFor(context)
    const nodes = await klustron.variables.get(type, name, cluster)
    return { nodes, values: [...new Set(nodes.map(one => one.value))] }
  },
})

export const changeVariable = defineAction({
  name: 'klustron.change_variable',
  about:
    'Sets a variable by SQL on every compute or storage node, so that it persists where the server can, and reads it back in a new session; gives { nodes: [{ node, before, value }], values, before }.',
  input: z.strictObject({ ...where, value: z.union([z.string(), z.number(), z.boolean()]) }),
  on: 'optional',
  exclusive: true,
  async run({ type, name, value, cluster }, context) {
    await using klustron = openFor(context)
    const nodes = await klustron.variables.set(type, name, value, cluster)
    return {
      nodes,
      values: [...new Set(nodes.map(one => one.value))],
      before: [...new Set(nodes.map(one => one.before))],
    }
  },
})
