import { isPlainObject } from '../cases/interpolate.ts'
import type { Difference } from '../report/model.ts'
import { alignRows } from './align-rows.ts'

type Table = { readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] }

/** How a result is kept in a file: a table of columns and rows as psql shows it, anything else as JSON. */
export function recordedText(value: unknown, order: 'same' | 'any'): string {
  const table = tableOf(value)
  if (!table) return `${JSON.stringify(sortedKeys(value), null, 2)}\n`
  const rows = order === 'any' ? sortRows(table.rows) : table.rows
  const all = [table.columns, ...rows]
  const widths = table.columns.map((_, index) => Math.max(...all.map(row => (row[index] ?? '').length)))
  const line = (row: readonly string[]) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join(' | ')
      .trimEnd()
  return [line(table.columns), widths.map(width => '-'.repeat(width)).join('-+-'), ...rows.map(line), ''].join('\n')
}

/** Where a result differs from a recorded text; numbers may differ by `tolerance`. */
export function recordedDifferences(
  recorded: string,
  value: unknown,
  options: { order: 'same' | 'any'; tolerance: number; path: string },
): Difference[] {
  const text = recordedText(value, options.order)
  if (text === recorded) return []
  const [expected, actual] = [parseTable(recorded), parseTable(text)]
  if (!expected || !actual) {
    return [{ path: options.path, message: 'differs from what was recorded', expected: recorded, actual: text }]
  }
  if (expected.columns.join('|') !== actual.columns.join('|')) {
    return [
      {
        path: options.path,
        message: `the columns were ${expected.columns.join(', ')}, and are ${actual.columns.join(', ')}`,
        expected: expected.columns,
        actual: actual.columns,
      },
    ]
  }
  const same = (a: string, b: string) => sameCell(a, b, options.tolerance)
  const rows = options.order === 'any' ? sortRows(expected.rows) : expected.rows
  const rowDifferences = alignRows(rows, actual.rows, same).flatMap((pair): Difference[] => {
    const [was, is] = [rows[pair.expected ?? -1], actual.rows[pair.actual ?? -1]]
    const path = (...more: readonly (string | undefined)[]) =>
      [options.path, 'rows', pair.expected ?? pair.actual, ...more].filter(part => part !== '').join('.')
    if (!is) return [{ path: path(), message: `is missing: ${was?.join(' | ')}`, expected: was, actual: undefined }]
    if (!was) return [{ path: path(), message: `was not recorded: ${is.join(' | ')}`, expected: undefined, actual: is }]
    return was.flatMap((cell, column) => {
      const other = is[column] ?? ''
      if (same(cell, other)) return []
      const message = `was recorded as ${cell}, is ${other}`
      return [{ path: path(expected.columns[column]), message, expected: cell, actual: other }]
    })
  })
  if (rows.length === actual.rows.length) return rowDifferences
  const message = `${rows.length} rows were recorded, there are ${actual.rows.length}`
  return [{ path: options.path, message, expected: recorded, actual: text }, ...rowDifferences]
}

function tableOf(value: unknown): Table | undefined {
  if (!isPlainObject(value) || !Array.isArray(value.columns) || !Array.isArray(value.values)) return undefined
  return {
    columns: value.columns.map(column => cell(isPlainObject(column) ? column.name : column)),
    rows: value.values.map((row: readonly unknown[]) => row.map(cell)),
  }
}

/** NULL is bare; a text that could be taken for it, or for the lines of the table, is written as JSON. */
function cell(value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  if (Buffer.isBuffer(value)) return `\\x${value.toString('hex')}`
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return text === '' || text === 'NULL' || /[\n\r\t|"]|^\s|\s$/.test(text) ? JSON.stringify(text) : text
}

function parseTable(text: string): Table | undefined {
  const lines = text.replace(/\n$/, '').split('\n')
  if (lines.length < 2 || !/^-+(\+-+)*-*$/.test((lines[1] ?? '').replace(/\s/g, ''))) return undefined
  const cells = (line: string) => line.split(' | ').map(part => part.trim())
  return { columns: cells(lines[0] ?? ''), rows: lines.slice(2).map(cells) }
}

function sameCell(a: string, b: string, tolerance: number): boolean {
  if (a === b) return true
  if (a === '' || b === '' || tolerance === 0) return false
  return Math.abs(Number(a) - Number(b)) <= tolerance
}

/** Sorted by code unit, cell by cell, so that the order is the same on every machine. */
function sortRows(rows: readonly (readonly string[])[]): (readonly string[])[] {
  const key = (row: readonly string[]) => row.join('\0')
  return [...rows].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0))
}

function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys)
  if (!isPlainObject(value)) return typeof value === 'bigint' ? value.toString() : value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map(key => [key, sortedKeys(value[key])]),
  )
}
