import { z } from 'zod'

/** An integer: a number in a body, its digits in a query. What JavaScript would make one of (true, [1], "") is refused. */
export const integer = (min: number, max = Number.MAX_SAFE_INTEGER) => {
  const range = max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`
  const error = `must be an integer ${range}`
  return z
    .union([z.int(), z.string().regex(/^\d{1,15}$/)], { error })
    .transform(Number)
    .pipe(z.int({ error }).min(min, { error }).max(max, { error }))
}

export const id = integer(1)
export const byId = z.strictObject({ id })
/** A text that is not blank. NUL would end it in some drivers. */
export const line = z
  .string()
  .trim()
  .min(1, 'must not be blank')
  .max(200)
  .regex(/^\P{Cc}*$/u, 'must not hold control characters')
/** Belongs to whom, to what: may be empty. */
export const label = z.string().trim().max(200)
/** A moment as `2026-01-31` or `2026-01-31T10:00:00Z`, for comparing with what is stored. */
export const moment = z.union([z.iso.date(), z.iso.datetime({ offset: true })], {
  error: 'must be a date or a time of ISO 8601',
})
