import type { Scalar } from 'yaml'

/**
 * Offset in the file of the character at `offset` of a scalar's value. The way back through YAML's folding, escapes and
 * indentation is found by reading value and source side by side: what is white space in one is white space in the other.
 */
export function sourceOffset(text: string, node: Scalar<string>, offset: number): number {
  const [start, end] = node.range ?? [0, 0]
  switch (node.type) {
    case 'BLOCK_LITERAL':
      return literalOffset(text, { start, end, value: node.value, offset })
    case 'BLOCK_FOLDED':
      return aligned(text, { from: afterLine(text, start), end, value: node.value, offset, quote: '' })
    case 'QUOTE_DOUBLE':
      return aligned(text, { from: start + 1, end: end - 1, value: node.value, offset, quote: '"' })
    case 'QUOTE_SINGLE':
      return aligned(text, { from: start + 1, end: end - 1, value: node.value, offset, quote: "'" })
    default:
      return aligned(text, { from: start, end, value: node.value, offset, quote: '' })
  }
}

type Block = { readonly start: number; readonly end: number; readonly value: string; readonly offset: number }

/** In a literal block every line of the value is a line of the file, less the indent. */
function literalOffset(text: string, { start, end, value, offset }: Block): number {
  const before = value.slice(0, offset)
  const row = before.split('\n').length - 1
  const column = offset - (before.lastIndexOf('\n') + 1)
  const first = afterLine(text, start)
  let line = first
  for (let skipped = 0; skipped < row; skipped++) line = afterLine(text, line)
  return Math.min(line + blockIndent(text, { first, end, value }) + column, text.length)
}

/** Of the first line that is not empty, what stands in the file before what stands in the value: `|2` keeps some spaces. */
function blockIndent(
  text: string,
  { first, end, value }: { readonly first: number; readonly end: number; readonly value: string },
): number {
  let line = first
  for (const content of value.split('\n')) {
    if (content.trim() !== '') return lineAt(text, line, end).length - content.length
    line = afterLine(text, line)
  }
  return 0
}

type Alignment = {
  readonly from: number
  readonly end: number
  readonly value: string
  readonly offset: number
  readonly quote: '' | '"' | "'"
}

function aligned(text: string, { from, end, value, offset, quote }: Alignment): number {
  let source = skipSpace(text, from, quote === '' ? end : from)
  let index = 0
  while (index < offset && source < end) {
    if (isSpace(value[index]) && isSpace(text[source])) {
      const spaces = spaceLength(value, index)
      // inside the run itself the two cannot be told apart where it was folded
      if (index + spaces > offset) return source
      index += spaces
      source = skipSpace(text, source, end)
      continue
    }
    const token = tokenLength(text, source, quote)
    if (quote === '"' && isEscapedBreak(text, source)) {
      source = skipSpace(text, source + 1, end)
      continue
    }
    source += token
    index += quote === '"' && token > 1 ? escapedLength(text.slice(source - token, source)) : 1
  }
  if (quote === '"' && isEscapedBreak(text, source)) source = skipSpace(text, source + 1, end)
  return Math.min(source, end)
}

/** A line break that is escaped away stands for nothing. */
const isEscapedBreak = (text: string, at: number): boolean => /^\\\r?\n/.test(text.slice(at, at + 3))

/** How many characters of the file stand for one of the value. */
function tokenLength(text: string, at: number, quote: Alignment['quote']): number {
  if (quote === "'" && text.startsWith("''", at)) return 2
  if (quote !== '"' || text[at] !== '\\') return 1
  return { x: 4, u: 6, U: 10 }[text[at + 1] ?? ''] ?? 2
}

/** Beyond U+FFFF one escape gives two UTF-16 units. */
const escapedLength = (sequence: string): number =>
  sequence.startsWith('\\U') && Number.parseInt(sequence.slice(2), 16) > 0xffff ? 2 : 1

const isSpace = (character: string | undefined): boolean => character !== undefined && /\s/.test(character)

function spaceLength(text: string, from: number): number {
  let length = 0
  while (isSpace(text[from + length])) length++
  return length
}

const skipSpace = (text: string, from: number, end: number): number =>
  Math.min(from + spaceLength(text, from), Math.max(from, end))

function afterLine(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end < 0 ? text.length : end + 1
}

function lineAt(text: string, from: number, limit: number): string {
  const end = text.indexOf('\n', from)
  return text.slice(from, end < 0 ? limit : end).replace(/\r$/, '')
}
