import { causeOf } from './cause.ts'
import { CHANGE_KINDS, type Change, type ChangeKind, type Changes } from './changes.ts'
import type { CaseResult, RunResult } from './model.ts'
import { duration, plainText } from './plain-text.ts'
import { countVerdicts, describeCounts, isFailing } from './verdicts.ts'

const LISTED = 25
const TITLES: Readonly<Record<ChangeKind, string>> = {
  'new failure': 'New failures',
  'still failing': 'Still failing',
  fixed: 'Fixed',
  'new flaky': 'New flaky',
  'new skip': 'New skips',
  vanished: 'Vanished',
}

/** summary.md: short, new failures first, fit for a GitHub step summary (1 MB at most there). */
export function summaryMarkdown(result: RunResult, changes: Changes): string {
  const cases = new Map(result.cases.map(one => [one.key, one]))
  return [
    `## ${headline(result, changes)}`,
    '',
    facts(result, changes),
    ...problems(result),
    ...CHANGE_KINDS.flatMap(kind =>
      section(
        kind,
        changes.list.filter(change => change.kind === kind),
        cases,
      ),
    ),
    ...knownFailures(result.cases),
    '',
    'Run it again:',
    '',
    '```sh',
    result.replay,
    '```',
    '',
  ].join('\n')
}

/** `2 new failures, 1 still failing, 1 known failure, 212 passed`. */
export function headline(result: Pick<RunResult, 'cases' | 'problems' | 'interrupted'>, changes: Changes): string {
  const counts = countVerdicts(result.cases)
  const fresh = changes.list.filter(change => change.kind === 'new failure').length
  const parts = [
    result.interrupted ? 'interrupted' : '',
    result.problems.length > 0 ? many(result.problems.length, 'file without results', 'files without results') : '',
    fresh > 0 && changes.previous !== undefined ? many(fresh, 'new failure', 'new failures') : '',
    describeCounts(counts),
  ]
  return parts.filter(Boolean).join(', ') || 'no case ran'
}

function many(count: number, one: string, several: string): string {
  return `${count} ${count === 1 ? one : several}`
}

function facts(result: RunResult, changes: Changes): string {
  const versions = Object.entries(result.versions).map(([name, version]) => `${name} ${version}`)
  return [
    `Run ${code(result.id)}`,
    result.commit && `commit ${code(result.commit.slice(0, 12))}`,
    `seed ${code(result.seed)}`,
    duration(result.duration),
    `exit code ${result.exitCode}`,
    changes.previous ? `compared with ${code(changes.previous)}` : 'no earlier run to compare with',
    versions.length > 0 && text(versions.join(', ')),
  ]
    .filter(Boolean)
    .join(' · ')
}

function problems(result: RunResult): string[] {
  if (result.problems.length === 0) return []
  const lines = result.problems.map(
    ({ file, error }) => `- ${code(error.code)} ${link(error.file ?? file, error.line)} ${text(error.message)}`,
  )
  return ['', `### Files without results (${lines.length})`, '', ...short(lines)]
}

function section(kind: ChangeKind, list: readonly Change[], cases: ReadonlyMap<string, CaseResult>): string[] {
  if (list.length === 0) return []
  return [
    '',
    `### ${TITLES[kind]} (${list.length})`,
    '',
    ...short(list.map(change => item(change, cases.get(change.key)))),
  ]
}

function item(change: Change, one: CaseResult | undefined): string {
  const was = change.kind === 'vanished' && change.before ? `, was ${change.before}` : ''
  if (!one) return `- ${code(change.key)}${was}`
  const cause =
    isFailing(one.verdict) || one.verdict === 'skipped' || one.verdict === 'flaky'
      ? causeOf(one, one.verdict === 'flaky' ? one.attempts[0] : undefined)?.message
      : undefined
  const since = change.since
    ? ` since ${code(change.since)}, ${change.nights} runs${change.otherCause ? ', with another error than before' : ''}`
    : ''
  const verdict = isFailing(one.verdict) && one.verdict !== 'failed' ? ` (${one.verdict})` : ''
  return `- **${text(label(one))}** ${text(one.name)}${verdict}${since} ${link(one.file, one.line)}${cause ? `<br>${text(cause)}` : ''}`
}

function knownFailures(cases: readonly CaseResult[]): string[] {
  const known = cases.filter(one => one.verdict === 'known failure' || one.verdict === 'unexpected pass')
  if (known.length === 0) return []
  const lines = known.map(
    one =>
      `- ${text(label(one))}: ${one.verdict}${one.ticket ? `, ${text(one.ticket)}` : ''} ${link(one.file, one.line)}`,
  )
  return ['', `### Known (${known.length})`, '', ...short(lines)]
}

function label(one: CaseResult): string {
  return one.cell === undefined ? one.id : `${one.id}[${one.cell}]`
}

function short(lines: readonly string[]): string[] {
  if (lines.length <= LISTED) return [...lines]
  return [...lines.slice(0, LISTED), `- … and ${lines.length - LISTED} more in report.html`]
}

/** Relative to the run folder, which is two levels below the project. */
function link(file: string | undefined, line: number | undefined): string {
  if (file === undefined) return ''
  const place = line === undefined ? file : `${file}:${line}`
  const target = file.split('/').map(encodeURIComponent).join('/')
  return `[${text(place)}](../../${target}${line === undefined ? '' : `#L${line}`})`
}

/** One line of text that Markdown and HTML take as it is. */
function text(value: string): string {
  const line = plainText(value).replace(/\s+/g, ' ').trim().slice(0, 300)
  return line
    .replace(/[\\`*_[\]#|~]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
}

function code(value: string): string {
  return `\`${plainText(value).replace(/[`\s]+/g, ' ')}\``
}
