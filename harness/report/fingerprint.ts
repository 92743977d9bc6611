import { createHash } from 'node:crypto'
import { causeOf } from './cause.ts'
import type { CaseResult } from './model.ts'
import { plainText } from './plain-text.ts'
import { isFailing } from './verdicts.ts'

/** What varies from run to run without changing the cause, in the order in which it is masked. */
const VOLATILE: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g, '<host>'],
  // a name of three parts is a host, unless a part is a number alone: that is a path into a result, rows.0.name
  [/(?<![\w.-])(?:(?!\d+\.)[a-z0-9-]+\.){2,}[a-z]{2,}(?::\d+)?(?![\w-])/gi, '<host>'],
  [/\blocalhost:\d+\b/gi, '<host>'],
  [/\b0x[0-9a-f]+\b/gi, '<id>'],
  [/\b(?=\d*[a-f])(?=[a-f]*\d)[0-9a-f]{8,}\b/gi, '<id>'],
  [/\d+(?:[.,:]\d+)*/g, '#'],
]

/** The part of a message that stays the same when the same thing goes wrong again. */
export function maskVolatile(message: string): string {
  const short = plainText(message).slice(0, 400)
  return VOLATILE.reduce((text, [pattern, mask]) => text.replace(pattern, mask), short)
    .replace(/\s+/g, ' ')
    .trim()
}

export type Fingerprint = { readonly id: string; readonly title: string; readonly step?: string }

/** Of a failing case: error class, masked message and masked step name. Ten cases with one cause have one fingerprint. */
export function fingerprintOf(result: CaseResult): Fingerprint | undefined {
  if (!isFailing(result.verdict)) return undefined
  const cause = causeOf(result)
  const kind =
    cause?.limit?.metric ?? cause?.error?.class ?? cause?.error?.systemCode ?? cause?.error?.code ?? result.verdict
  const title = cause?.limit ? 'limit broken' : maskVolatile(cause?.message ?? result.verdict)
  const step = cause?.step && maskVolatile(cause.step.name)
  const id = createHash('sha256')
    .update(JSON.stringify([kind, title, step ?? '']))
    .digest('hex')
    .slice(0, 12)
  return { id, title: `${kind}: ${title}`, ...(step !== undefined && { step }) }
}
