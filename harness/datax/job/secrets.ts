import { isSecretName, Secret } from '../../log/secret.ts'
import { type JsonNode, parseJson } from './json.ts'
import { textOf } from './json-node.ts'

/** Shorter ones would mask half of every text. */
const SHORTEST = 3

/** The values of a job that no log may show, in a jdbcUrl too. None where the text is no job. */
export function secretsOf(text: string): readonly Secret[] {
  const found: Secret[] = []
  const take = (value: string | undefined): void => {
    if (value !== undefined && value.length >= SHORTEST) found.push(new Secret(value))
  }
  const look = (node: JsonNode): void => {
    if (node.kind === 'array') for (const item of node.items) look(item)
    if (node.kind !== 'object') return
    for (const { key, value } of node.entries) {
      if (value.kind === 'string' && isSecretName(key.replace(/^\*/, ''))) take(textOf(value))
      if (key === 'jdbcUrl')
        for (const url of value.kind === 'array' ? value.items : [value])
          for (const match of (textOf(url) ?? '').matchAll(/[?&;](?:password|pass|pwd)=([^&;]*)/gi)) take(match[1])
      look(value)
    }
  }
  try {
    look(parseJson(text))
  } catch {
    return []
  }
  return found
}
