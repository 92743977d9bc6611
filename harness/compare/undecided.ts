import { ActionError, type ActionErrorOptions } from '../errors.ts'

/** The question stays open: a verdict of its own, never equal. A step may expect it: `fails: { class: undecided }`. */
export function undecided(message: string, options: ActionErrorOptions = {}): ActionError {
  return new ActionError('ASSAY_UNDECIDED', message, { class: 'undecided', ...options })
}
