import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { crc32, createInflateRaw } from 'node:zlib'

const END_BYTES = 22
const ENTRY_BYTES = 46
const LOCAL_BYTES = 30
const LONGEST_COMMENT = 0xffff
const STORED = 0
const DEFLATED = 8

type Entry = {
  readonly name: string
  readonly method: number
  readonly packed: number
  readonly crc: number
  readonly at: number
}

/** The files in a zip archive one after the other (APPNOTE.TXT of PKWARE). Throws for what is damaged, encrypted, or in the format of huge archives. */
export async function* unpackZip(path: string): AsyncGenerator<Buffer> {
  await using file = await open(path)
  for (const entry of await entriesOf(file)) {
    const local = await piece(file, entry.at, LOCAL_BYTES)
    if (local.readUInt32LE(0) !== 0x04034b50) throw new Error(`${entry.name} in it does not begin as it must`)
    const from = entry.at + LOCAL_BYTES + local.readUInt16LE(26) + local.readUInt16LE(28)
    let crc = 0
    for await (const chunk of contents(path, from, entry)) {
      crc = crc32(chunk, crc)
      yield chunk
    }
    if (crc !== entry.crc) throw new Error(`the checksum of ${entry.name} in it is wrong`)
  }
}

async function* contents(path: string, from: number, { method, packed, name }: Entry): AsyncGenerator<Buffer> {
  if (packed === 0) return
  if (method !== STORED && method !== DEFLATED) throw new Error(`${name} in it is packed in a way that is not known`)
  const source = createReadStream(path, { start: from, end: from + packed - 1, highWaterMark: 1 << 18 })
  try {
    if (method === STORED) return yield* source
    const inflated = createInflateRaw()
    source.on('error', error => inflated.destroy(error))
    yield* source.pipe(inflated)
  } finally {
    source.destroy()
  }
}

async function entriesOf(file: FileHandle): Promise<readonly Entry[]> {
  const { size } = await file.stat()
  const tail = await piece(
    file,
    Math.max(0, size - END_BYTES - LONGEST_COMMENT),
    Math.min(size, END_BYTES + LONGEST_COMMENT),
  )
  const end = tail.lastIndexOf(Buffer.of(0x50, 0x4b, 5, 6))
  if (end < 0 || tail.length - end < END_BYTES) throw new Error('it is no zip archive, or not a whole one')
  const count = tail.readUInt16LE(end + 10)
  const at = tail.readUInt32LE(end + 16)
  if (count === 0xffff || at === 0xffffffff) throw new Error('it is a zip archive in the format of huge ones (zip64)')
  const directory = await piece(file, at, tail.readUInt32LE(end + 12))
  const entries: Entry[] = []
  for (let index = 0, from = 0; index < count; index++) {
    if (from + ENTRY_BYTES > directory.length || directory.readUInt32LE(from) !== 0x02014b50)
      throw new Error('its directory is damaged')
    const names = from + ENTRY_BYTES
    const name = directory.toString('utf8', names, names + directory.readUInt16LE(from + 28))
    if (directory.readUInt16LE(from + 8) & 1) throw new Error(`${name} in it is encrypted`)
    const packed = directory.readUInt32LE(from + 20)
    const entryAt = directory.readUInt32LE(from + 42)
    if (packed === 0xffffffff || entryAt === 0xffffffff) throw new Error(`${name} in it is huge (zip64)`)
    const entry = {
      name,
      method: directory.readUInt16LE(from + 10),
      packed,
      crc: directory.readUInt32LE(from + 16),
      at: entryAt,
    }
    // a folder has nothing in it
    if (!name.endsWith('/')) entries.push(entry)
    from =
      names + directory.readUInt16LE(from + 28) + directory.readUInt16LE(from + 30) + directory.readUInt16LE(from + 32)
  }
  return entries
}

async function piece(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, at)
  if (bytesRead < length) throw new Error('it ends too early')
  return buffer
}
