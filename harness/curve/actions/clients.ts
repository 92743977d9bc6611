import { isAbsolute } from 'node:path'
import { z } from 'zod'
import { defineAction } from '../../actions/define-action.ts'
import { caseClient } from './case-client.ts'
import { curveCall } from './curve-action.ts'

/** The calls on the client itself, and what goes beyond the API. */
export const clientActions = [
  curveCall({
    name: 'curve.uninit',
    about: 'Ends a client’s session (UnInit).',
    shape: {},
    examples: ['- curve.uninit: {}'],
    async call(_, { client }) {
      await client.unInit()
      return {}
    },
  }),
  curveCall({
    name: 'curve.cluster_id',
    about: 'The cluster’s UUID (GetClusterId): { id }, empty where it is not known.',
    shape: {},
    examples: ['- curve.cluster_id: {}\n  expect: { id: { match: "^[0-9a-f-]{36}$" } }'],
    call: async (_, { client }) => ({ id: await client.getClusterId() }),
  }),
  curveCall({
    name: 'curve.poolsets',
    about: 'The cluster’s pool sets (ListPoolset): { names }.',
    shape: {},
    examples: ['- curve.poolsets: {}\n  expect: { names: { contains: default } }'],
    call: async (_, { client }) => ({ names: await client.listPoolset() }),
  }),
  curveCall({
    name: 'curve.raw',
    about:
      'Calls a method of the Python class with arguments as they are, on a client that may not be initialised, to see what the wrapper itself does: { result }. A map with an owner is a UserInfo_t, { bytes: text } is Python bytes; an exception fails with its name as class.',
    shape: { method: z.string(), arguments: z.array(z.unknown()) },
    examples: [
      '- curve.raw: { method: Create, arguments: [/vol, { owner: me }, 1.5] }\n  fails: { class: type_error }',
    ],
    initialise: false,
    call: async ({ method, arguments: given }, { client, deadline }) => ({
      result: await client.raw(method, given, { deadline }),
    }),
  }),
  curveCall({
    name: 'curve.info',
    about: 'What drives the cluster: { python, module, flavour, standin, calls, pid }.',
    shape: {},
    examples: ['- curve.info: {}\n  expect: { flavour: bytes }'],
    initialise: false,
    call: async (_, { client }) => client.info(),
  }),
  curveCall({
    name: 'curve.crash',
    about:
      'Kills the client’s process. Its volumes stay mounted until the cluster drops the record (50 s); its file descriptors are lost.',
    shape: {},
    examples: ['- curve.crash: { client: writer }'],
    initialise: false,
    async call(_, { client }) {
      await client.crash()
      return {}
    },
  }),
  curveCall({
    name: 'curve.switch',
    about:
      'Turns a switch of the stand-in (docs/curve.md lists them), by a client of its own. Clusters have none: cases that use it say `requires: [curve.switches]`.',
    shape: { switch: z.string(), with: z.record(z.string(), z.unknown()).optional() },
    examples: ['- curve.switch: { switch: rule, with: { rule: { on: Read, do: error, code: -18 } } }'],
    initialise: false,
    async call({ switch: name, with: more }, { context }) {
      const client = await (await caseClient(context, 'switches')).ready()
      return { ...((await client.standinSwitch({ switch: name, ...more })) as Record<string, unknown>) }
    },
  }),
  initAction(),
]

function initAction() {
  return defineAction({
    name: 'curve.init',
    about:
      'Initialises a client (Init), by default with the target’s client.conf; steps do it by themselves where they need it. Gives { code }.',
    input: z.strictObject({
      conf: z
        .string()
        .optional()
        .describe('Another client.conf: absolute on the machine of the module, or relative to the case file'),
      client: z.string().optional(),
    }),
    on: 'optional',
    examples: ['- curve.init: {}', '- curve.init: { conf: missing.conf }\n  fails: { code: -2, class: failed }'],
    async run({ conf, client }, context) {
      const kept = await caseClient(context, client)
      await kept.init(conf === undefined || isAbsolute(conf) ? conf : context.path(conf))
      return { code: 0, name: 'OK' }
    },
  })
}
