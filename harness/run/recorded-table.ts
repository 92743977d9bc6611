import { isPlainObject } from '../cases/interpolate.ts'
import type { Difference } from '../report/model.ts'

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
  const found: Difference[] = []
  if (expected.rows.length !== actual.rows.length) {
    found.push({
      path: options.path,
      message: `${expected.rows.length} rows were recorded, there are ${actual.rows.length}`,
      expected: recorded,
      actual: text,
    })
  }
  for (const [index, row] of expected.rows.entries()) {
    const other = actual.rows[index]
    if (!other) continue
    for (const [column, cell] of row.entries()) {
      if (sameCell(cell, other[column] ?? '', options.tolerance)) continue
      const path = [options.path, 'rows', index, expected.columns[column]].filter(part => part !== '').join('.')
      found.push({
        path,
        message: `was recorded as ${cell}, is ${other[column]}`,
        expected: cell,
        actual: other[column],
      })
    }
  }
  return found
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
