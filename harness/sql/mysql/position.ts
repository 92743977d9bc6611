/** Texts that quote where parsing stopped: the rest of the statement, cut at 80 bytes. */
const NEAR = /near '([\s\S]*)' at line (\d+)$/
/** Texts that quote the name they are about: an unknown column, a missing table or function. */
const NAMED = /(?:Unknown column|Table|Unknown table|FUNCTION|PROCEDURE|Column) '?([^' ]+)'?/
const NAMED_NUMBERS = new Set([1051, 1052, 1054, 1109, 1146, 1305, 1630])

/**
 * Where in the text an error is, as an offset in UTF-16 units, or undefined. MySQL gives no position: a syntax error quotes
 * the rest of the statement and counts the line from the statement's start; others quote a name.
 */
export function findPosition(text: string, errno: number | undefined, message: string): number | undefined {
  const near = NEAR.exec(message)
  if (near) return findNear(text, near[1] ?? '', Number(near[2]))
  if (errno === undefined || !NAMED_NUMBERS.has(errno)) return undefined
  const name = NAMED.exec(message)?.[1]?.split('.').at(-1)
  return name ? findWord(text, name) : undefined
}

function findNear(text: string, near: string, line: number): number | undefined {
  // An empty rest: the statement ended too early
  if (near === '') return text.trimEnd().replace(/;$/, '').length
  const found: number[] = []
  for (let at = text.indexOf(near); at >= 0; at = text.indexOf(near, at + 1)) found.push(at)
  if (found.length <= 1) return found[0]
  // The rest reaches to the end of the text unless it was cut; then the line decides, for a text of one statement
  const toTheEnd = found.find(at => text.slice(at).trimEnd() === near.trimEnd())
  if (toTheEnd !== undefined) return toTheEnd
  return found.find(at => lineOf(text, at) === line) ?? found[0]
}

function lineOf(text: string, offset: number): number {
  const start = text.length - text.trimStart().length
  return text.slice(start, offset).split('\n').length
}

function findWord(text: string, word: string): number | undefined {
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const match = new RegExp(`(?<![\\p{L}\\p{N}_$])${escaped}(?![\\p{L}\\p{N}_$])`, 'iu').exec(text)
  return match?.index
}
