import { z } from 'zod'
import { FAULT_KINDS, type FaultKind } from '../targets/target.ts'
import { defineAction } from './define-action.ts'

const ABOUT: Readonly<Record<FaultKind, string>> = {
  kill: 'Ends the server at once, as kill -9 does. `fault.start` brings it back on the same port with its data.',
  pause: 'Freezes the server (SIGSTOP): its connections stay open, and nothing answers. `fault.resume` lets it go on.',
  resume: 'Lets a paused server go on.',
  stop: 'Stops the server in good order. `fault.start` brings it back.',
  start: 'Starts a server that was stopped or killed, on the same port with its data, and waits until it answers.',
}

/** `fault.kill`, `fault.pause`, `fault.resume`, `fault.stop`, `fault.start`: what can be done to the server behind an endpoint. */
export const faultActions = FAULT_KINDS.map(kind =>
  defineAction({
    name: `fault.${kind}`,
    about: `${ABOUT[kind]} The target is then leased by this case alone.`,
    input: z.strictObject({}),
    on: 'required',
    exclusive: true,
    timeout: '60s',
    examples: [`- fault.${kind}:\n  on: replicas.0`],
    async run(_, context) {
      await context.fault(kind, context.endpoint)
      return { endpoint: context.endpoint.name }
    },
  }),
)
