import { z } from 'zod'
import { durationSchema } from '../../cases/schema.ts'
import { CURVE_CODES, type CurveCodeName } from '../errors.ts'

const UNITS = { '': 1n, KiB: 2n ** 10n, MiB: 2n ** 20n, GiB: 2n ** 30n, TiB: 2n ** 40n } as const

/** Bytes: a number, or text like `10GiB`; text of digits alone may be beyond 2^53. */
export const sizeSchema = z
  .union([
    z.number(),
    z.string().regex(/^\d+ *(KiB|MiB|GiB|TiB)?$/, { error: 'a size is a number, or text like 10GiB' }),
  ])
  .describe('Bytes: 4096, 10GiB')

export type SizeInput = z.infer<typeof sizeSchema>

export function sizeOf(input: SizeInput): number | bigint {
  if (typeof input === 'number') return input
  const [, digits = '', unit = ''] = /^(\d+) *(\w*)$/.exec(input) ?? []
  const bytes = BigInt(digits) * UNITS[unit as keyof typeof UNITS]
  return bytes <= Number.MAX_SAFE_INTEGER ? Number(bytes) : bytes
}

export const pathSchema = z.string().describe('Full path of the volume or directory')

export const fdSchema = z.int().describe('File descriptor that curve.open gave')

const codeNames = Object.keys(CURVE_CODES) as [CurveCodeName, ...CurveCodeName[]]

/** What every step on a cluster may say. */
export const commonShape = {
  client: z.string().optional().describe('Name of the client; each name is a process of its own. Default: main'),
  code: z
    .union([z.int(), z.enum(codeNames), z.literal('any')])
    .optional()
    .describe('The code that the call must give: a number, its name, or "any" to judge it with expect. Default: 0'),
  deadline: durationSchema
    .optional()
    .describe('Time for the call itself; past it the client’s process is killed. Default: 30s'),
}

/** And what every call with a user may. */
export const asShape = {
  as: z
    .union([z.string(), z.strictObject({ owner: z.string(), password: z.string().optional() })])
    .optional()
    .describe(
      'Who calls: an owner (root brings the cluster’s password), or { owner, password }. Default: the target’s user',
    ),
}
