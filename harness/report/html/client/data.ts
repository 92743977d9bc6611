import type { PackedDetail, PageCase, PageDetail, PageSummary } from '../payload.ts'
import { expandAttempt } from './expand.ts'

const details = new Map<number, Promise<readonly PackedDetail[]>>()

export function loadSummary(): Promise<PageSummary> {
  return decode<PageSummary>('summary')
}

/** Decodes the block that holds a case. The last few blocks stay decoded, so that going back and forth is instant. */
export async function loadDetail(one: PageCase): Promise<PageDetail> {
  let block = details.get(one.block)
  if (!block) {
    block = decode<readonly PackedDetail[]>(`details-${one.block}`)
    details.set(one.block, block)
    for (const oldest of details.keys()) {
      if (details.size <= 8) break
      details.delete(oldest)
    }
  }
  const detail = (await block)[one.at]
  if (!detail) throw new Error(`The report holds no details of ${one.key}.`)
  const base = { startedAt: detail.startedAt, file: one.file }
  return { ...detail, attempts: detail.attempts.map(attempt => expandAttempt(attempt, base)) }
}

async function decode<T>(id: string): Promise<T> {
  const text = document.getElementById(id)?.textContent
  if (!text) throw new Error(`The report is incomplete: its block ${id} is missing.`)
  const packed = Uint8Array.from(atob(text), character => character.charCodeAt(0))
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'))
  return (await new Response(unpacked).json()) as T
}
