import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { withFileLock } from './file-lock.ts'
import { type HistoryLine, parseHistoryLine } from './history.ts'

const NEWLINE = 10
const BLOCK = 256 * 1024

/** How much the history keeps: the newest runs, and no more than so many bytes. */
export type HistoryLimits = { readonly runs: number; readonly bytes: number }
const HISTORY_LIMITS: HistoryLimits = { runs: 400, bytes: 256 * 1024 * 1024 }

/** `runs.jsonl` of a history folder. */
export function historyFile(folder: string): string {
  return join(folder, 'runs.jsonl')
}

/** The newest `count` runs, oldest first. Reads backwards, so the cost is that of what is returned. No file: no runs. */
export async function readHistory(folder: string, count: number): Promise<HistoryLine[]> {
  const newest: HistoryLine[] = []
  for await (const text of linesBackwards(historyFile(folder))) {
    if (newest.length >= count) break
    const line = parseHistoryLine(text)
    if (line) newest.push(line)
  }
  return newest.reverse()
}

/**
 * Adds one run. The line goes out in one write to a file opened for appending, after a newline where a killed run left a
 * torn line; a lock file keeps two runs from trimming at the same time. A run that is there already is not added again.
 */
export async function appendHistory(folder: string, line: HistoryLine, limits = HISTORY_LIMITS): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o755 })
  const file = historyFile(folder)
  await withFileLock(`${file}.lock`, async held => {
    const recent = await readHistory(folder, 20)
    if (recent.some(one => one.id === line.id)) return
    const handle = await open(file, 'a+', 0o644)
    try {
      const { size } = await handle.stat()
      const last = Buffer.alloc(1)
      if (size > 0) await handle.read(last, 0, 1, size - 1)
      const torn = size > 0 && last[0] !== NEWLINE
      await handle.appendFile(`${torn ? '\n' : ''}${JSON.stringify(line)}\n`)
    } finally {
      await handle.close()
    }
    if (held) await trim(file, limits)
  })
}

/** Cuts the oldest lines once there are a tenth more than allowed, so that most runs only append. */
async function trim(file: string, { runs, bytes }: HistoryLimits): Promise<void> {
  const { size } = await stat(file)
  const content = await readFile(file)
  const starts = [0]
  for (let at = content.indexOf(NEWLINE); at >= 0; at = content.indexOf(NEWLINE, at + 1)) starts.push(at + 1)
  const count = starts.length - 1
  if (size <= bytes && count <= runs * 1.1) return
  const first = Math.max(0, count - runs)
  const from = starts.find((start, index) => index >= first && size - start <= bytes) ?? starts[count - 1] ?? 0
  const temporary = `${file}.${process.pid}.tmp`
  try {
    await writeFile(temporary, content.subarray(from), { mode: 0o644 })
    await rename(temporary, file)
  } finally {
    await rm(temporary, { force: true })
  }
}

/** Lines of a file, the last first. A byte of a multi-byte character is never a newline, so cutting at newlines is safe. */
async function* linesBackwards(file: string): AsyncGenerator<string> {
  const handle = await open(file, 'r').catch(error => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (!handle) return
  try {
    let end = (await handle.stat()).size
    let rest: Buffer[] = []
    while (end > 0) {
      const length = Math.min(BLOCK, end)
      const block = Buffer.alloc(length)
      await handle.read(block, 0, length, end - length)
      end -= length
      let cut = length
      for (let at = block.lastIndexOf(NEWLINE); at >= 0; at = at === 0 ? -1 : block.lastIndexOf(NEWLINE, at - 1)) {
        const line = Buffer.concat([block.subarray(at + 1, cut), ...rest])
        rest = []
        cut = at
        if (line.length > 0) yield line.toString('utf8')
      }
      rest.unshift(block.subarray(0, cut))
    }
    const line = Buffer.concat(rest)
    if (line.length > 0) yield line.toString('utf8')
  } finally {
    await handle.close()
  }
}
