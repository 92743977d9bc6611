import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunResult } from './model.ts'
import { isFailing } from './verdicts.ts'

/** Largest file that goes into the page, and the most of all of them, in bytes. */
const ONE = 64 * 1024
const ALL = 4 * 1024 * 1024

/**
 * The text files among the evidence of failing cases, by path, so that the page alone still explains a failure when it was
 * mailed or copied away from its folder. Files that are not text, too large or gone are left to their links.
 */
export async function readInlineEvidence(result: RunResult, folder: string): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>()
  let total = 0
  const failing = result.cases.filter(one => isFailing(one.verdict) || one.verdict === 'flaky')
  const files = failing.flatMap(one => one.attempts.flatMap(attempt => attempt.evidence))
  for (const { path } of files) {
    if (texts.has(path) || !isInside(path)) continue
    const text = await readText(join(folder, path))
    if (text === undefined || total + text.length > ALL) continue
    total += text.length
    texts.set(path, text)
  }
  return texts
}

function isInside(path: string): boolean {
  return !path.startsWith('/') && !path.split('/').includes('..')
}

async function readText(file: string): Promise<string | undefined> {
  try {
    const found = await stat(file)
    if (!found.isFile() || found.size > ONE) return undefined
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file))
  } catch {
    return undefined
  }
}
