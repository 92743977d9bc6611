import { maskText } from '../../log/mask-text.ts'
import { isSecretName } from '../../log/secret.ts'
import { maskJdbcUrl } from '../job/jdbc-url.ts'
import { type JsonNode, parseJson } from '../job/json.ts'
import { textOf } from '../job/json-node.ts'
import { variablesIn } from '../job/variables.ts'

const MASK = '***'
const VARIABLE = /^\$(?:\w+|\{\w+\})$/

/** A scalar of a job, where it stands, and how it is shown. */
type Piece = {
  readonly path: string
  readonly at: number
  readonly end: number
  readonly raw: string
  readonly shown: string
  /** It stands under a name like `password`. */
  readonly secret: boolean
}

/** A job's text with what is secret masked: values of secret names, passwords in URLs, SQL and comments. Variables stay, and so does the form. */
export function maskJob(text: string): string {
  let masked = ''
  let from = 0
  for (const { at, end, shown } of piecesOf(text)) {
    masked += maskText(text.slice(from, at)) + shown
    from = end
  }
  return masked + maskText(text.slice(from))
}

/**
 * The text as it was meant by someone who was shown a masked one: each value that stands as it was shown is the stored one again.
 * `lost` are the places of masks under a secret name with nothing behind them.
 */
export function unmaskJob(text: string, stored: string): { readonly text: string; readonly lost: readonly number[] } {
  if (!text.includes(MASK)) return { text, lost: [] }
  const before = new Map(piecesOf(stored).map(piece => [piece.path, piece]))
  const lost: number[] = []
  let restored = ''
  let from = 0
  for (const { path, at, end, raw, secret } of piecesOf(text)) {
    const known = before.get(path)
    const isMask = known !== undefined && known.shown === raw && known.raw !== raw
    if (!isMask && secret && raw === `"${MASK}"`) lost.push(at)
    if (!isMask) continue
    restored += text.slice(from, at) + known.raw
    from = end
  }
  return { text: restored + text.slice(from), lost }
}

/** Names of variables whose values are secret: by their own name, or because they stand where a password does. */
export function secretVariables(text: string): (name: string) => boolean {
  const names = new Set(
    piecesOf(text)
      .filter(piece => piece.secret || piece.raw !== piece.shown)
      .flatMap(piece => [...variablesIn(piece.raw).map(one => one.name), /^"\$(\w+)"$/.exec(piece.raw)?.[1] ?? '']),
  )
  return name => names.has(name) || isSecretName(name)
}

/** In the order of the text. A text that cannot be read has none. */
function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = []
  const walk = (node: JsonNode, path: string, secret: boolean): void => {
    if (node.kind === 'object') {
      const seen = new Map<string, number>()
      for (const { key, value } of node.entries) {
        const turn = (seen.get(key) ?? 0) + 1
        seen.set(key, turn)
        const name = key.replace(/^\*/, '')
        walk(
          value,
          `${path}/${JSON.stringify(key)}${turn}`,
          secret || isSecretName(name) || /(password|accesskey)$/i.test(name),
        )
      }
      return
    }
    if (node.kind === 'array') {
      for (const [index, item] of node.items.entries()) walk(item, `${path}/${index}`, secret)
      return
    }
    const raw = text.slice(node.at, node.end)
    pieces.push({
      path,
      at: node.at,
      end: node.end,
      raw,
      shown: secret ? hidden(node, raw) : harmless(node, raw),
      secret,
    })
  }
  try {
    walk(parseJson(text), '', false)
  } catch {
    return []
  }
  return pieces
}

function hidden(node: JsonNode, raw: string): string {
  const value = textOf(node)?.trim() ?? ''
  return value === '' || VARIABLE.test(value) ? raw : `"${MASK}"`
}

function harmless(node: JsonNode, raw: string): string {
  return node.kind === 'string' ? `"${maskJdbcUrl(maskText(raw.slice(1, -1)))}"` : raw
}
