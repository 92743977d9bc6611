import type { FieldPacket } from 'mysql2'
import { describe, expect, test } from 'vitest'
import { type Row, rowSize } from '../../../record/kind.ts'
import { COMMAND, commandPackets, PacketReader } from './packets.ts'
import { RowText } from './row-text.ts'

const UTF8 = 45
const BINARY = 63
const field = (columnType: number, characterSet = BINARY, columnLength = 0): FieldPacket =>
  ({ name: 'c', columnType, characterSet, columnLength, flags: 0 }) as unknown as FieldPacket

const FIELDS = [field(8), field(253, UTF8), field(16, BINARY, 1), field(252), field(12), field(13)]

/** A row of the text protocol. */
function payload(cells: readonly (string | Buffer | null)[]): Buffer {
  return Buffer.concat(
    cells.flatMap(cell => {
      if (cell === null) return [Buffer.of(0xfb)]
      const bytes = Buffer.from(cell)
      const head =
        bytes.length < 0xfb ? Buffer.of(bytes.length) : Buffer.of(0xfc, bytes.length & 0xff, bytes.length >> 8)
      return [head, bytes]
    }),
  )
}

function read(rows: readonly Buffer[], mode: 'strict' | 'compat') {
  const dirty: Row[] = []
  const text = new RowText(FIELDS, { mode, dirty: row => dirty.push(row) })
  for (const row of rows) text.row(row, 0, row.length)
  const batch = text.take()
  for (const [at, row] of (batch?.rows ?? []).entries())
    expect((batch?.sizeOf(at + 1) ?? 0) - (batch?.sizeOf(at) ?? 0)).toBe(rowSize(row, batch?.kinds ?? []))
  return { rows: batch?.rows, dirty }
}

const long = 'x'.repeat(300)
const ROWS = [
  payload([
    '1',
    'tab\t line\n\r \\N \\ \0 é 界 😀',
    Buffer.of(1),
    Buffer.of(0, 255, 92),
    '2020-01-01 00:00:00.123456',
    '2020',
  ]),
  payload(['-18446744073709551615', long, Buffer.of(0), '', '1000-01-01 00:00:00', '1999']),
  payload([null, null, null, null, null, null]),
]
const ZERO_DATE = payload(['7', 'x', Buffer.of(1), '', '0000-00-00 00:00:00', '2020'])

describe('rows of the text protocol', () => {
  test('strict', () => {
    expect(read([...ROWS, ZERO_DATE], 'strict')).toEqual({
      rows: [
        ['1', 'tab\t line\n\r \\N \\ \0 é 界 😀', true, Buffer.of(0, 255, 92), '2020-01-01 00:00:00.123456', '2020'],
        ['-18446744073709551615', long, false, Buffer.alloc(0), '1000-01-01 00:00:00', '1999'],
        [null, null, null, null, null, null],
      ],
      dirty: [['7', 'x', '\u0001', '', '0000-00-00 00:00:00', '2020']],
    })
  })

  test('compat', () => {
    const { rows, dirty } = read([...ROWS, ZERO_DATE], 'compat')
    expect(dirty).toEqual([])
    expect(rows?.map(row => row[4])).toEqual(['2020-01-01 00:00:00.123', '1000-01-01 00:00:00', null, null])
    expect(rows?.[2]).toEqual([null, null, false, null, null, '0'])
  })

  test('a row that is dirty leaves nothing behind in the next', () => {
    expect(read([ROWS[1] as Buffer, ZERO_DATE, ROWS[2] as Buffer], 'strict').rows).toHaveLength(2)
  })
})

describe('packets', () => {
  const head = (length: number): Buffer => Buffer.of(length & 0xff, (length >> 8) & 0xff, length >> 16, 0)
  const packets = [
    Buffer.from('one'),
    Buffer.alloc(0),
    Buffer.alloc(0xff_ffff, 'a'),
    Buffer.from('b'),
    Buffer.from('three'),
  ]
  const stream = Buffer.concat(packets.flatMap(packet => [head(packet.length), packet]))

  test.each([1 << 20, 1_000_003, 0xff_ffff, stream.length])(
    'come whole out of pieces of %i bytes, long ones joined',
    size => {
      const seen: number[] = []
      const reader = new PacketReader((_, from, to) => seen.push(to - from))
      for (let at = 0; at < stream.length; at += size) reader.push(stream.subarray(at, at + size))
      expect(seen).toEqual([3, 0, 0x100_0000, 5])
    },
  )

  test('come whole out of single bytes', () => {
    const seen: string[] = []
    const reader = new PacketReader((bytes, from, to) => seen.push(bytes.toString('utf8', from, to)))
    const short = Buffer.concat([head(3), Buffer.from('one'), head(0), head(5), Buffer.from('three')])
    for (const byte of short) reader.push(Buffer.of(byte))
    expect(seen).toEqual(['one', '', 'three'])
  })

  test.each([10, 0xff_fffd, 0xff_fffe, 0xff_ffff, 0x200_0000])(
    'a statement of %i bytes is parted as the protocol wants',
    length => {
      const seen: number[] = []
      const sequences: number[] = []
      const bytes = Buffer.concat(commandPackets(COMMAND.query, [Buffer.alloc(length - 1, 'x'), Buffer.of(0x79)]))
      for (let at = 0; at < bytes.length; at += 4 + bytes.readUIntLE(at, 3)) sequences.push(bytes[at + 3] as number)
      new PacketReader((payload, from, to) =>
        seen.push(payload[from] as number, to - from, payload[to - 1] as number),
      ).push(bytes)
      expect(seen).toEqual([3, length + 1, 0x79])
      expect(sequences).toEqual(sequences.map((_, at) => at))
    },
  )
})
