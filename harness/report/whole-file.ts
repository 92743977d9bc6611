import { randomBytes } from 'node:crypto'
import { open, rename, rm, symlink } from 'node:fs/promises'

/** Writes a file under another name and renames it, so that a reader sees the old one or the whole new one. */
export async function writeWhole(path: string, content: string | Iterable<string>): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`
  try {
    const handle = await open(temporary, 'wx', 0o644)
    try {
      for (const piece of typeof content === 'string' ? [content] : blocks(content)) await handle.writeFile(piece)
    } finally {
      await handle.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** Points a symbolic link somewhere else in one step. */
export async function pointLink(path: string, target: string): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`
  try {
    await symlink(target, temporary)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** Small pieces joined to blocks of about a megabyte. */
function* blocks(pieces: Iterable<string>): Generator<string> {
  let block: string[] = []
  let length = 0
  for (const piece of pieces) {
    block.push(piece)
    length += piece.length
    if (length < 1 << 20) continue
    yield block.join('')
    block = []
    length = 0
  }
  yield block.join('')
}
