import { parseDuration } from '../cases/duration.ts'
import { durationSchema } from '../cases/schema.ts'
import { defineAction } from './define-action.ts'

/** Waits for a time. `eventually` on the step that needs the wait is nearly always better. */
export const wait = defineAction({
  name: 'wait',
  about:
    'Waits for a time. Where something is waited for, put `eventually` on the step that looks for it instead: it is quicker and it fails with a reason.',
  input: durationSchema,
  timeout: '1d',
  examples: ['- wait: 2s'],
  async run(input, { clock, signal }) {
    await clock.sleep(parseDuration(input), signal)
    return {}
  },
})
