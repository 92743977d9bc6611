import type { Clock } from '../../actions/define-action.ts'
import { AssayError } from '../../errors.ts'
import type { Secret } from '../../log/secret.ts'
import { OpenstoreClient } from '../client.ts'
import { OpenstoreError } from '../errors.ts'
import { actionRules } from './action-rules.ts'
import { blockRules } from './block-rules.ts'
import { instanceRules } from './instance-rules.ts'
import { poolRules } from './pool-rules.ts'
import { Differs, NotImplemented, type Rule } from './rule.ts'
import { setRules } from './set-rules.ts'
import { World } from './world.ts'

const RULES: readonly Rule[] = [...poolRules, ...setRules, ...blockRules, ...actionRules, ...instanceRules].toSorted(
  (a, b) => a.endpoint - b.endpoint,
)

export type Found = {
  readonly endpoint: number
  readonly rule: string
  readonly verdict: 'holds' | 'differs' | 'not implemented'
  /** What was seen, where it does not hold. */
  readonly seen?: string
  /** Objects that the rule made and that could not be removed, each with the reason. */
  readonly left?: readonly string[]
}

export type CheckOptions = {
  /** `http://host:port`. */
  readonly url: string
  readonly token?: Secret
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly onFound?: (found: Found) => void
}

/**
 * Tries every rule on a deployment, with objects of its own that it removes again. Rejects with ASSAY_OPENSTORE where nothing answers at the
 * address, or the token is refused: no rule would say more.
 */
export async function checkService({ url, token, clock, signal, onFound }: CheckOptions): Promise<readonly Found[]> {
  const found: Found[] = []
  const client = new OpenstoreClient({ url, token, within: 30_000 })
  await expectAnswer(client, signal)
  for (const { endpoint, rule, run } of RULES) {
    signal.throwIfAborted()
    await using world = new World({ url: url.replace(/\/+$/, ''), token: token?.reveal(), client, clock, signal })
    let one: Found = { endpoint, rule, verdict: 'holds' }
    try {
      await run(world)
    } catch (error) {
      signal.throwIfAborted()
      const verdict = error instanceof NotImplemented ? 'not implemented' : 'differs'
      const seen = error instanceof Differs || error instanceof Error ? error.message : String(error)
      one = { endpoint, rule, verdict, seen }
    }
    const left = await world.remove()
    if (left.length > 0) one = { ...one, left }
    found.push(one)
    onFound?.(one)
  }
  return found
}

async function expectAnswer(client: OpenstoreClient, signal: AbortSignal): Promise<void> {
  try {
    await client.pools({ limit: 1 }, { signal })
  } catch (cause) {
    // Another refusal is for the rules to tell.
    if (!(cause instanceof OpenstoreError) || (cause.status !== undefined && cause.status !== 401)) return
    const hint = cause.status === 401 ? 'Give the token with --token-file or OPENSTORE_TOKEN.' : 'Look at --url.'
    throw new AssayError('ASSAY_OPENSTORE', cause.message, { cause, hint })
  }
}
