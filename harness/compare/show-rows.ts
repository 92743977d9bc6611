import type { RowDifference } from '../report/model.ts'
import type { CompareRowsResult } from './result.ts'

const WIDEST = 60

/** The examples of a result as a table for a terminal: the key, then the columns that differ, left and right side by side. */
export function showDifferences(result: CompareRowsResult): string {
  const { differences } = result
  if (differences.examples.length === 0) return ''
  const keys = differences.key.map(name => differences.columns.indexOf(name))
  const lines = differences.examples.flatMap(example => linesOf(example, differences.columns, keys))
  const header = ['key', '', 'column', differences.left, differences.right]
  const rows = [header, ...lines]
  const widths = header.map((_, at) => Math.max(...rows.map(row => [...(row[at] ?? '')].length)))
  const text = rows.map(row =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  const all = result.differing
  const shown = differences.examples.length
  if (all > shown) text.push(`… ${shown} of ${result.estimated ? 'about ' : ''}${all.toLocaleString('en')} shown`)
  return text.join('\n')
}

function linesOf(example: RowDifference, columns: readonly string[], keys: readonly number[]): string[][] {
  const row = example.left ?? example.right ?? []
  const key = (keys.length > 0 ? keys : row.map((_, index) => index)).map(index => cell(row[index])).join(', ')
  if (example.kind !== 'changed') {
    return [[short(key), example.kind, '', example.left ? 'a row' : '', example.right ? 'a row' : '']]
  }
  return example.differing.map((column, line) => [
    line === 0 ? short(key) : '',
    line === 0 ? 'changed' : '',
    columns[column] ?? '',
    cell(example.left?.[column]),
    cell(example.right?.[column]),
  ])
}

/** NULL apart from the text 'NULL'; control characters and quotes visible, so that a difference in spaces is seen. */
function cell(value: string | null | undefined): string {
  if (value === null || value === undefined) return 'NULL'
  const plain = /^[^\s'"\\][^\n\r\t'"\\]*$/.test(value) && !value.endsWith(' ') && value !== 'NULL'
  return short(plain ? value : JSON.stringify(value))
}

function short(text: string): string {
  const characters = [...text]
  return characters.length > WIDEST ? `${characters.slice(0, WIDEST - 1).join('')}…` : text
}
