import type { Path } from './case-text.ts'
import { checkCondition } from './check-condition.ts'
import { parseDuration } from './duration.ts'
import { isPlainObject } from './interpolate.ts'
import type { EvidenceRequest, HistoryLimit, Known, Limit, Shared } from './model.ts'
import { complain, maps, type Reading, withoutUndefined } from './reading.ts'
import { checkNames } from './reserved.ts'
import { parseSteps } from './steps.ts'
import { didYouMean } from './suggest.ts'

type Raw = Readonly<Record<string, unknown>>

/** What a file and each of its cases may say alike. The schema has been checked: here it gets its types and places. */
export function parseShared(raw: Raw, path: Path, reading: Reading): Shared {
  const tags = strings(raw.tags)
  for (const [index, tag] of tags.entries()) {
    if (!reading.registry.tags.has(tag)) unknown('TAG', tag, [...path, 'tags', index], reading)
  }
  if (typeof raw.owner === 'string' && !reading.registry.owners.has(raw.owner))
    unknown('OWNER', raw.owner, [...path, 'owner'], reading)
  const requires = strings(raw.requires)
  for (const [index, text] of requires.entries()) checkCondition(text, [...path, 'requires', index], reading)
  const vars = isPlainObject(raw.vars) ? raw.vars : {}
  checkNames(Object.keys(vars), [...path, 'vars'], reading)
  return withoutUndefined({
    owner: raw.owner as string | undefined,
    tags,
    requires,
    links: linksOf(raw.links),
    known: maps(raw.known).map(({ map }) => knownOf(map)),
    vars,
    setup: parseSteps(raw.setup, [...path, 'setup'], reading),
    teardown: parseSteps(raw.teardown, [...path, 'teardown'], reading),
    limits: maps(raw.limits).map(({ index, map }) => limitOf(map, [...path, 'limits', index], reading)),
    evidence: maps(raw.evidence).map(({ index, map }) => evidenceOf(map, [...path, 'evidence', index], reading)),
    skipChecks: strings(raw.skip_checks),
    timeout: durationOf(raw.timeout),
    retry: isPlainObject(raw.retry) ? Number(raw.retry.attempts) : 0,
  })
}

function unknown(kind: 'TAG' | 'OWNER', value: string, at: Path, reading: Reading): void {
  const word = kind.toLowerCase()
  const known = kind === 'TAG' ? reading.registry.tags : reading.registry.owners
  complain(reading, `ASSAY_CASE_UNKNOWN_${kind}`, `unknown ${word} "${value}"${didYouMean(value, known)}`, {
    at,
    hint: `The list of ${word}s is in assay.config.ts.`,
  })
}

function linksOf(value: unknown): Shared['links'] {
  const entries = Object.entries(isPlainObject(value) ? value : {})
  return Object.fromEntries(entries.map(([kind, links]) => [kind, [links].flat().map(String)]))
}

function knownOf({ ticket, when, error }: Raw): Known {
  return { ticket: String(ticket), when: (when ?? {}) as Known['when'], error: String(error) }
}

function limitOf(raw: Raw, path: Path, reading: Reading): Limit {
  return withoutUndefined({
    place: reading.source.place(path),
    metric: String(raw.metric),
    atLeast: raw.at_least as number | undefined,
    atMost: raw.at_most as number | undefined,
    outside: raw.outside as string | undefined,
    history: isPlainObject(raw.history) ? historyOf(raw, raw.history, [...path, 'history'], reading) : undefined,
  })
}

/** What is better follows from the bound: of a number that must be at least so much, more. */
function historyOf(limit: Raw, raw: Raw, path: Path, reading: Reading): HistoryLimit | undefined {
  const { at_least: atLeast, at_most: atMost } = limit
  const told =
    atLeast !== undefined && atMost === undefined
      ? 'higher'
      : atMost !== undefined && atLeast === undefined
        ? 'lower'
        : undefined
  const better = (raw.better as HistoryLimit['better'] | undefined) ?? told
  if (better === undefined) {
    complain(reading, 'ASSAY_CASE_TYPE', `nothing says which way ${String(limit.metric)} is worse`, {
      at: path,
      hint: 'Add `better: higher` or `better: lower`.',
    })
    return undefined
  }
  const { worse_by: worseBy, nights = 4, against = 20 } = raw
  return {
    worseBy: Number.parseFloat(String(worseBy)) / 100,
    ...{ nights: Number(nights), against: Number(against), better },
  }
}

function evidenceOf(raw: Raw, path: Path, { source }: Reading): EvidenceRequest {
  return withoutUndefined({
    place: source.place(path),
    sql: raw.sql as string | undefined,
    file: raw.file as string | undefined,
    on: raw.on,
  })
}

/** The schema has said already what is wrong with a duration that cannot be read. */
function durationOf(value: unknown): number | undefined {
  try {
    return value === undefined ? undefined : parseDuration(value)
  } catch {
    return undefined
  }
}

const strings = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])
