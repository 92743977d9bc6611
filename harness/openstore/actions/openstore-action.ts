import type { z } from 'zod'
import { type Action, type ActionContext, defineAction } from '../../actions/define-action.ts'
import type { Endpoint } from '../../targets/target.ts'
import { OpenstoreClient } from '../client.ts'

/** The `openstore.` actions run on the center of the file's target when a step says nothing else. */
export function centerOf(context: ActionContext): Endpoint {
  return context.endpointIfAny ?? context.resolveEndpoint('openstore.center')
}

export function clientOf(context: ActionContext): OpenstoreClient {
  const { host, port, password } = centerOf(context)
  const token = password.reveal() === '' ? undefined : password
  return new OpenstoreClient({ url: `http://${host}:${port}`, token, pause: 50 })
}

type Definition<Input, Result> = {
  /** Without `openstore.`. */
  readonly name: string
  readonly about: string
  readonly input: z.ZodType<Input>
  readonly timeout?: string
  readonly examples?: readonly string[]
  readonly run: (client: OpenstoreClient, input: Input, context: ActionContext) => Promise<Result>
}

export function openstoreAction<Input, Result>({
  name,
  run,
  ...rest
}: Definition<Input, Result>): Action<Input, Result> {
  return defineAction({
    timeout: '60s',
    ...rest,
    name: `openstore.${name}`,
    on: 'optional',
    run: (input, context) => run(clientOf(context), input, context),
  })
}
