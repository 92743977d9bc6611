import type { Secret } from './secret.ts'

const MASK = '***'

/** Ways in which passwords stand in text: SQL, settings, JSON, URLs, command lines, headers. The group before the secret is kept. */
const PATTERNS: readonly RegExp[] = [
  /(identified\s+by\s+(?:password\s+)?)'(?:[^'\\]|\\.|'')*'/gi,
  /(\bpassword\s+)'(?:[^'\\]|\\.|'')*'/gi,
  /("(?:[a-z_]*passw(?:or)?d|pwd|secret(?:_?key)?|access_?key|[a-z_]*token|authorization)"\s*:\s*)"(?:[^"\\]|\\.)*"/gi,
  /(\b[a-z_]*(?:passw(?:or)?d|pwd|secret_?key|access_?key|token)\s*=\s*)(?:'[^']*'|"[^"]*"|[^\s'"&;,]+)/gi,
  /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:@/]*:)[^\s@/]+(?=@)/gi,
  /(\bauthorization:\s*(?:\w+\s+)?)\S+/gi,
]

/** What every text has in which a pattern could find something: most texts have none of it, and one look is enough. */
const SUSPECT = /pass|pwd|secret|access|token|authorization|identified|:\/\//i

/** The text with the given secrets, and whatever stands where passwords usually stand, masked. */
export function maskText(text: string, secrets: Iterable<Secret> = []): string {
  let masked = text
  for (const secret of secrets) {
    const value = secret.reveal()
    if (value.length > 0) masked = masked.replaceAll(value, MASK)
  }
  if (!SUSPECT.test(masked)) return masked
  for (const pattern of PATTERNS) masked = masked.replace(pattern, `$1${MASK}`)
  return masked
}
