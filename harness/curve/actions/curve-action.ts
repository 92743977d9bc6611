import { z } from 'zod'
import { type Action, type ActionContext, defineAction } from '../../actions/define-action.ts'
import { parseDuration } from '../../cases/duration.ts'
import { ActionError } from '../../errors.ts'
import type { CurveClient } from '../client.ts'
import { userOf } from '../endpoint.ts'
import { CURVE_CODES, CurveError, curveCodeName, showCode } from '../errors.ts'
import type { CurveUser } from '../types.ts'
import { caseClient, clusterOf } from './case-client.ts'
import { asShape, commonShape } from './input.ts'

export type CallTools = {
  readonly client: CurveClient
  readonly as: CurveUser
  readonly context: ActionContext
  readonly deadline?: number
}

type Common = z.infer<z.ZodObject<typeof commonShape & typeof asShape>>

export type CallDefinition<Shape extends z.ZodRawShape> = {
  readonly name: string
  readonly about: string
  readonly shape: Shape
  readonly examples: readonly string[]
  /** False for calls on a client as it is, initialised or not. */
  readonly initialise?: boolean
  call(input: z.infer<z.ZodObject<Shape>>, tools: CallTools): Promise<Readonly<Record<string, unknown>>>
}

/** An action for one call of CBDClient: its result holds `code` and the code's `name`, and what the call gives. */
export function curveCall<Shape extends z.ZodRawShape>(definition: CallDefinition<Shape>): Action<never, unknown> {
  const { name, about, shape, examples } = definition
  return defineAction<Record<string, unknown>, unknown>({
    name,
    about: `${about} Gives { code, name } and what the call gives besides; a code that is not the step’s \`code\` fails it, with the code’s name in small letters as class.`,
    input: z.strictObject({ ...shape, ...asShape, ...commonShape }) as unknown as z.ZodType<Record<string, unknown>>,
    on: 'optional',
    timeout: '60s',
    examples,
    async run(given, context) {
      const { client: clientName, as, code: wanted = 0, deadline } = given as Common
      const kept = await caseClient(context, clientName)
      const client = definition.initialise === false ? kept.client : await kept.ready()
      const tools = { client, as: userOf(clusterOf(context), as), context, ...deadlineOf(deadline) }
      return judge(name, wanted, () => definition.call(given as z.infer<z.ZodObject<Shape>>, tools))
    },
  }) as unknown as Action<never, unknown>
}

/** Runs a call and holds its code against the one that the step wants. */
async function judge(
  name: string,
  wanted: NonNullable<Common['code']>,
  call: () => Promise<Readonly<Record<string, unknown>>>,
): Promise<Readonly<Record<string, unknown>>> {
  const code = typeof wanted === 'string' && wanted !== 'any' ? CURVE_CODES[wanted] : wanted
  try {
    const result = { code: 0, name: 'OK', ...(await call()) }
    if (code === 'any' || code === 0) return result
    throw new ActionError('ASSAY_CURVE', `${name} succeeded, and must give ${showCode(code)}`, {
      systemCode: 0,
      class: 'ok',
      data: result,
    })
  } catch (error) {
    if (!(error instanceof CurveError) || (code !== 'any' && code !== error.curveCode)) throw error
    return { code: error.curveCode, name: curveCodeName(error.curveCode) ?? 'unlisted', message: error.message }
  }
}

function deadlineOf(text: string | undefined): { readonly deadline?: number } {
  if (text === undefined) return {}
  return { deadline: parseDuration(text) }
}
