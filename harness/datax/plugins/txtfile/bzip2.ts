import { Bits } from './bits.ts'

/** No block is longer than this, packed: 900,000 symbols of at most 20 bits, and its tables. */
const AHEAD = 2_500_000
const BLOCK = 0x314159265359
const END = 0x177245385090
const GROUP = 50
const MOST_BITS = 20

const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1
  return crc >>> 0
})

/** What was packed by bzip2, block by block; several streams one after the other are one. Throws for a file that is damaged. */
export async function* unpackBzip2(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const bits = new Bits(packed)
  await bits.ahead(AHEAD)
  do {
    if (bits.take(24) !== 0x425a68) throw new Error('it is not packed by bzip2')
    const level = bits.take(8) - 0x30
    if (level < 1 || level > 9) throw new Error('it is not packed by bzip2')
    let all = 0
    for (;;) {
      await bits.ahead(AHEAD)
      const magic = bits.take(24) * 2 ** 24 + bits.take(24)
      const crc = bits.take(32)
      if (magic === END) {
        if (crc !== all) throw new Error('its checksum is wrong')
        bits.align()
        break
      }
      if (magic !== BLOCK) throw new Error('a block does not begin as it must')
      const block = unpackBlock(bits, level * 100_000)
      if (checksum(block) !== crc) throw new Error('the checksum of a block is wrong')
      all = (((all << 1) | (all >>> 31)) ^ crc) >>> 0
      yield block
    }
    await bits.ahead(AHEAD)
  } while (!bits.atEnd)
}

function unpackBlock(bits: Bits, most: number): Buffer {
  if (bits.bit() === 1) throw new Error('a block is randomized, as only versions before 0.9.5 did')
  const origin = bits.take(24)
  const symbols = usedBytes(bits)
  const counts = new Int32Array(256)
  const links = new Uint32Array(most)
  let length = 0
  const put = (byte: number, times: number): void => {
    if (length + times > most) throw new Error('a block is longer than its size')
    counts[byte] = (counts[byte] as number) + times
    links.fill(byte, length, length + times)
    length += times
  }
  let run = 0
  let weight = 1
  for (const symbol of codes(bits, symbols.length + 2)) {
    if (symbol <= 1) {
      run += weight << symbol
      weight *= 2
      if (run > most) throw new Error('a block is longer than its size')
      continue
    }
    if (run > 0) put(symbols[0] as number, run)
    run = 0
    weight = 1
    if (symbol === symbols.length + 1) break
    // the symbol moves to the front
    const [byte] = symbols.splice(symbol - 1, 1) as [number]
    symbols.unshift(byte)
    put(byte, 1)
  }
  if (origin >= length && length > 0) throw new Error('a block begins beyond its end')
  return unpackRuns(sortedBack(links, length, counts, origin))
}

function usedBytes(bits: Bits): number[] {
  const groups = bits.take(16)
  const used: number[] = []
  for (let group = 0; group < 16; group++) {
    if (!(groups & (0x8000 >> group))) continue
    const bytes = bits.take(16)
    for (let low = 0; low < 16; low++) if (bytes & (0x8000 >> low)) used.push(group * 16 + low)
  }
  return used
}

/** The symbols of a block, each table for fifty of them. The last is the end of the block. */
function* codes(bits: Bits, symbols: number): Generator<number> {
  const tables = bits.take(3)
  const selectors = new Uint8Array(bits.take(15))
  if (tables < 2 || tables > 6 || selectors.length === 0) throw new Error('a block has no tables')
  const order = Array.from({ length: tables }, (_, table) => table)
  for (let at = 0; at < selectors.length; at++) {
    let place = 0
    while (bits.bit() === 1) if (++place >= tables) throw new Error('a block names a table that it has not')
    const [table] = order.splice(place, 1) as [number]
    order.unshift(table)
    selectors[at] = table
  }
  const all = Array.from({ length: tables }, () => tableOf(codeLengths(bits, symbols)))
  for (const selector of selectors) {
    const { limits, bases, sorted } = all[selector] as ReturnType<typeof tableOf>
    for (let left = GROUP; left > 0; left--) {
      let code = 0
      let width = 0
      do {
        if (++width > MOST_BITS) throw new Error('a code is not in its table')
        code = code * 2 + bits.bit()
      } while (code > (limits[width] as number))
      const symbol = sorted[code - (bases[width] as number)] as number
      yield symbol
      if (symbol === symbols - 1) return
    }
  }
  throw new Error('a block has no end')
}

function codeLengths(bits: Bits, symbols: number): Uint8Array {
  const lengths = new Uint8Array(symbols)
  let length = bits.take(5)
  for (let symbol = 0; symbol < symbols; symbol++) {
    while (bits.bit() === 1) length += bits.bit() === 1 ? -1 : 1
    if (length < 1 || length > MOST_BITS) throw new Error('a code has no length')
    lengths[symbol] = length
  }
  return lengths
}

/** Of each length: the last code, and what to take from a code for its place among the sorted symbols. */
function tableOf(lengths: Uint8Array) {
  const limits = new Int32Array(MOST_BITS + 1).fill(-1)
  const bases = new Int32Array(MOST_BITS + 1)
  const sorted: number[] = []
  let code = 0
  for (let width = 1; width <= MOST_BITS; width++) {
    bases[width] = code - sorted.length
    for (const [symbol, length] of lengths.entries()) {
      if (length !== width) continue
      sorted.push(symbol)
      limits[width] = code++
    }
    code *= 2
  }
  return { limits, bases, sorted }
}

/** Undoes the sorting of Burrows and Wheeler. */
function sortedBack(links: Uint32Array, length: number, counts: Int32Array, origin: number): Buffer {
  const starts = new Uint32Array(256)
  for (let byte = 0, sum = 0; byte < 256; byte++) {
    starts[byte] = sum
    sum += counts[byte] as number
  }
  for (let at = 0; at < length; at++) {
    const byte = (links[at] as number) & 0xff
    const to = starts[byte] as number
    starts[byte] = to + 1
    links[to] = ((links[to] as number) & 0xff) + at * 256
  }
  const out = Buffer.allocUnsafe(length)
  for (let at = 0, place = (links[origin] as number) >>> 8; at < length; at++) {
    const link = links[place] as number
    out[at] = link & 0xff
    place = link >>> 8
  }
  return out
}

/** After four equal bytes stands how many more there are. */
function unpackRuns(packed: Buffer): Buffer {
  const parts: Buffer[] = []
  let from = 0
  let same = 0
  for (let at = 0; at < packed.length; at++) {
    if (same === 4) {
      parts.push(packed.subarray(from, at), Buffer.alloc(packed[at] as number, packed[at - 1]))
      from = at + 1
      same = 0
    } else same = at > from && packed[at] === packed[at - 1] ? same + 1 : 1
  }
  parts.push(packed.subarray(from))
  return Buffer.concat(parts)
}

function checksum(bytes: Buffer): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (crc << 8) ^ (CRC[((crc >>> 24) ^ byte) & 0xff] as number)
  return ~crc >>> 0
}
