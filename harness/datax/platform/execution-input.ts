import { z } from 'zod'
import { STATES } from './execution-rows.ts'
import { id, integer, moment } from './fields.ts'
import { pageShape } from './paging.ts'
import { PIECE } from './run-log.ts'

export const execInput = z.strictObject({
  id,
  params: z.record(z.string().regex(/^\w+$/), z.string()).default({}),
  mode: z.enum(['strict', 'compat']).default('strict'),
})
export const logsInput = z.strictObject({
  ...pageShape,
  id: id.optional(),
  config_id: id.optional(),
  status: z.enum(STATES).optional(),
  since: moment.optional(),
  until: moment.optional(),
})
export const logInput = z.strictObject({ id, from: integer(0).optional(), limit: integer(4, PIECE).optional() })
