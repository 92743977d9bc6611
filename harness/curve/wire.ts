import { ActionError } from '../errors.ts'
import { Secret } from '../log/secret.ts'
import type { Size } from './client.ts'
import { type CurveCall, showCall } from './errors.ts'
import { type CurveUser, MAX_IO } from './types.ts'

/** A path with a NUL would reach the C interface cut short: another volume than the caller named. */
export function checkText(name: string, given: readonly unknown[]): void {
  const bad = given.find(value => typeof value === 'string' && value.includes('\0'))
  if (bad !== undefined && name !== 'raw')
    throw new ActionError(
      'ASSAY_CURVE_ARGUMENT',
      `${showCall({ name, arguments: [bad] })}: the text holds a NUL, where the C interface would end it`,
      { class: 'invalid_value' },
    )
}

export function tooLong(what: string, length: Size): ActionError {
  return new ActionError(
    'ASSAY_CURVE_ARGUMENT',
    `${what} of ${length} bytes is more than one call may move (${MAX_IO})`,
    {
      class: 'too_large',
      hint: 'Use readAligned and writeAligned of harness/curve/aligned.ts, which stream in pieces.',
    },
  )
}

const isUser = (value: unknown): value is CurveUser => typeof value === 'object' && value !== null && 'owner' in value

/** The password in the clear, for the pipe alone. */
export function onWire(value: unknown): unknown {
  if (isUser(value)) {
    const password: unknown = value.password
    return { owner: value.owner, password: password instanceof Secret ? password.reveal() : (password ?? '') }
  }
  if (typeof value === 'object' && value !== null && 'user' in value && isUser(value.user))
    return { ...value, user: onWire(value.user) }
  return value
}

/** The call as messages show it: a user by name alone. */
export function shown(name: string, given: readonly unknown[]): CurveCall {
  const show = (value: unknown): unknown =>
    isUser(value)
      ? value.owner
      : typeof value === 'object' && value !== null && 'user' in value
        ? Object.values({ ...value, user: isUser(value.user) ? value.user.owner : value.user })
            .map(String)
            .join(' ')
        : value
  return name === 'raw' ? { name: String(given[0]), arguments: given.slice(1) } : { name, arguments: given.map(show) }
}

/** The fields of StatFile, which cross the pipe as text. Throws where one is beyond what a number holds. */
export function exactNumbers(fields: Readonly<Record<string, string>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, text]) => {
      const value = Number(text)
      if (!Number.isSafeInteger(value))
        throw new ActionError('ASSAY_CURVE_PYTHON', `StatFile gave ${name} ${text}, which is no size or id`, {
          class: 'invalid_value',
        })
      return [name, value]
    }),
  )
}
