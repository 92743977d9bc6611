import { z } from 'zod'
import { type Secret, secret } from '../log/secret.ts'

/** Types of values in a settings file, where every value is text. Combine with zod's `optional()` and `default()`. */

/** A text that is not empty. */
export const text = (): z.ZodType<string, string> => z.string().min(1, 'is empty')

/** A password or key: a Secret from here on. May be empty. */
export const secretText = (): z.ZodType<Secret, string> => z.string().transform(value => secret(value))

export const integer = (range: { readonly min?: number; readonly max?: number } = {}): z.ZodType<number, string> =>
  z.string().transform((value, context) => {
    const number = Number(value)
    const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = range
    if (/^[+-]?\d+$/.test(value) && number >= min && number <= max) return number
    context.addIssue({ code: 'custom', message: `is not a whole number from ${min} to ${max}` })
    return z.NEVER
  })

export const port = (): z.ZodType<number, string> => integer({ min: 1, max: 65_535 })

/** `true`, `yes`, `on`, `1` and their opposites, in any case. */
export const flag = (): z.ZodType<boolean, string> =>
  z.string().transform((value, context) => {
    if (/^(true|yes|on|1)$/i.test(value)) return true
    if (/^(false|no|off|0)$/i.test(value)) return false
    context.addIssue({ code: 'custom', message: 'is not true or false' })
    return z.NEVER
  })

/** A comma list, spaces around its items removed. An empty text is an empty list; an empty item is an error. */
export const commaList = <T>(item: z.ZodType<T, string>): z.ZodType<readonly T[], string> =>
  z.string().transform((value, context) => {
    if (value.trim() === '') return []
    return value.split(',').map((part, index): T => {
      const parsed = item.safeParse(part.trim())
      if (parsed.success) return parsed.data
      const why = parsed.error.issues[0]?.message ?? 'is not valid'
      context.addIssue({ code: 'custom', message: `has an item ${index + 1} that ${why}` })
      return z.NEVER
    })
  })
