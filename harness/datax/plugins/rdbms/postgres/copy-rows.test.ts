import { expect, test } from 'vitest'
import type { Mode } from '../../../record/convert.ts'
import { type Row, rowSize } from '../../../record/kind.ts'
import type { TextBatch } from '../../../record/text-batch.ts'
import type { DbColumn } from '../driver.ts'
import { CopyRows } from './copy-rows.ts'
import { copyDataHead } from './encode.ts'

const columns: readonly DbColumn[] = [
  { name: 'id', type: 'int8', kind: 'LONG' },
  { name: 't', type: 'text', kind: 'STRING' },
  { name: 'ok', type: 'bool', kind: 'BOOL' },
  { name: 'raw', type: 'bytea', kind: 'BYTES' },
  { name: 'at', type: 'timestamptz', kind: 'DATETIME' },
]
/** As the server sends them, and what they are. */
const LINES: readonly [line: string, row: Row][] = [
  ['1\tplain\tt\t\\\\x6162\t2020-01-01 00:00:00+08', ['1', 'plain', true, Buffer.from('ab'), '2020-01-01 00:00:00']],
  ['-2\t\\N\t\\N\t\\N\t\\N', ['-2', null, null, null, null]],
  ['3\t\tf\t\\\\x\tinfinity', ['3', '', false, Buffer.alloc(0), 'infinity']],
  ['4\t\\\\N \\\\ \\t\\n\\r\\b\\f\\v\tt\t\\N\t\\N', ['4', '\\N \\ \t\n\r\b\f\v', true, null, null]],
  ['5\té 界 😀\tt\t\\N\t\\N', ['5', 'é 界 😀', true, null, null]],
]

function framed(lines: readonly string[]): Buffer {
  return Buffer.concat(lines.flatMap(line => [copyDataHead(Buffer.byteLength(line) + 1), Buffer.from(`${line}\n`)]))
}

function read(bytes: Buffer, pieces: number, mode: Mode = 'strict'): readonly TextBatch[] {
  const rows = new CopyRows(columns, mode)
  const batches: (TextBatch | undefined)[] = []
  for (let at = 0; at < bytes.length; at += pieces) batches.push(rows.push(bytes.subarray(at, at + pieces)))
  return batches.filter(batch => batch !== undefined)
}

const all = framed(LINES.map(([line]) => line))

// a socket cuts anywhere: in a frame's head, in a character, behind a backslash
test.each(Array.from({ length: 40 }, (_, at) => at + 1).concat(all.length))(
  'pieces of %i bytes give the same rows',
  size => {
    const batches = read(all, size)
    expect(batches.flatMap(batch => batch.rows)).toEqual(LINES.map(([, row]) => row))
    // what DataX counts is what it counts of the values
    for (const batch of batches)
      for (const [at, row] of batch.rows.entries())
        expect(batch.sizeOf(at + 1) - batch.sizeOf(at)).toBe(rowSize(row, batch.kinds))
  },
)

test('in compat a NULL of a boolean is false, and counts as one', () => {
  const [batch] = read(all, all.length, 'compat')
  expect(batch?.rows[1]).toEqual(['-2', null, false, null, null])
  expect((batch?.sizeOf(2) ?? 0) - (batch?.sizeOf(1) ?? 0)).toBe('-2'.length + 1)
})

test('a slice has its own rows, bytes and sizes', () => {
  const [batch] = read(all, all.length)
  const slice = batch?.slice(1, 4).slice(1, 3)
  expect(slice?.count).toBe(2)
  expect(slice?.rows).toEqual([LINES[2]?.[1], LINES[3]?.[1]])
  expect(slice?.sizeOf(2)).toBe(
    rowSize(LINES[2]?.[1] as Row, slice?.kinds ?? []) + rowSize(LINES[3]?.[1] as Row, slice?.kinds ?? []),
  )
  expect(slice?.endOf(1)).toBe(slice?.bytes.length)
  expect(batch?.rowsUpTo(1, 0)).toBe(1)
  expect(batch?.rowsUpTo(1_000_000, 2)).toBe(3)
})

test('a select without columns has empty rows', () => {
  const rows = new CopyRows([], 'strict')
  expect(rows.push(framed(['', '']))?.rows).toEqual([[], []])
})
