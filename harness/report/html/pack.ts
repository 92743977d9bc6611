import { gzipSync } from 'node:zlib'
import { causeOf } from '../cause.ts'
import type { Changes } from '../changes.ts'
import { fingerprintOf } from '../fingerprint.ts'
import type { CaseResult, RunResult } from '../model.ts'
import { plainText } from '../plain-text.ts'
import { replayCommand } from '../replay.ts'
import { countVerdicts } from '../verdicts.ts'
import { compactAttempt } from './compact.ts'
import { type PackedDetail, type PageCase, type PageGroup, type PageSummary, VERDICT_LETTERS } from './payload.ts'

/** Characters of JSON per block of details: large enough to compress well, small enough to decode at a click. */
const BLOCK = 1 << 20
const MESSAGE = 240

export type PackedData = { readonly summary: string; readonly details: readonly string[] }

/** The data of the page as base64 of gzip of JSON: a summary, and the details of the cases in blocks. */
export function packData(result: RunResult, changes: Changes, evidence: ReadonlyMap<string, string>): PackedData {
  const details: string[] = []
  const cases: PageCase[] = []
  let block: string[] = []
  let length = 0
  for (const one of result.cases) {
    cases.push(pageCase(one, changes, { block: details.length, at: block.length }))
    const json = JSON.stringify(packedDetail(one, result, evidence))
    block.push(json)
    length += json.length
    if (length < BLOCK) continue
    details.push(pack(`[${block.join(',')}]`))
    block = []
    length = 0
  }
  if (block.length > 0) details.push(pack(`[${block.join(',')}]`))
  const { cases: _, ...run } = result
  const { list, previous, previousVersions, lastGreen } = changes
  const counts = countVerdicts(result.cases)
  const summary: PageSummary = {
    run,
    counts,
    previous,
    previousVersions,
    lastGreen,
    changes: list,
    groups: groups(result.cases),
    cases,
  }
  return { summary: pack(JSON.stringify(summary)), details }
}

function pack(json: string): string {
  return gzipSync(json, { level: 9 }).toString('base64')
}

function pageCase(one: CaseResult, changes: Changes, place: { block: number; at: number }): PageCase {
  const { key, id, name, cell, suite, tier, system, file, line, owner, tags, verdict, reason, ticket, duration } = one
  const told =
    one.verdict === 'flaky' ? causeOf(one, one.attempts[0]) : one.verdict === 'passed' ? undefined : causeOf(one)
  return {
    ...{ key, id, name, cell, suite, tier, system, file, line, owner, tags, verdict, reason, ticket, duration },
    targets: one.targets.map(target => target.name),
    attempts: one.attempts.length,
    message: told && plainText(told.message).slice(0, MESSAGE),
    limits: one.limits.length > 0 ? one.limits : undefined,
    recent: changes.recent
      .get(key)
      ?.map(earlier => VERDICT_LETTERS[earlier])
      .join(''),
    ...place,
  }
}

function packedDetail(one: CaseResult, result: RunResult, evidence: ReadonlyMap<string, string>): PackedDetail {
  const { about, links, targets, startedAt, metrics, excerpt } = one
  const paths = one.attempts.flatMap(attempt => attempt.evidence.map(file => file.path))
  const texts = Object.fromEntries(
    paths.flatMap(path => (evidence.has(path) ? [[path, evidence.get(path) ?? '']] : [])),
  )
  const attempts = one.attempts.map(attempt => compactAttempt(attempt, one))
  const replay = replayCommand({ seed: result.seed, places: [`${one.file}:${one.line}`], tier: one.tier })
  return { about, links, targets, startedAt, attempts, metrics, excerpt, replay, texts }
}

/** Failing cases by fingerprint, the largest group first. */
function groups(cases: readonly CaseResult[]): PageGroup[] {
  const byId = new Map<string, PageGroup & { keys: string[] }>()
  for (const one of cases) {
    const print = fingerprintOf(one)
    if (!print) continue
    const group = byId.get(print.id)
    if (group) group.keys.push(one.key)
    else byId.set(print.id, { title: print.title, step: print.step, keys: [one.key] })
  }
  return [...byId.values()].sort((a, b) => b.keys.length - a.keys.length)
}
