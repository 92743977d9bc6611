import { causeOf } from './cause.ts'
import { CHANGE_KINDS, type Change, type ChangeKind, type Changes } from './changes.ts'
import { worseThanBefore } from './limit-history.ts'
import type { CaseResult, RunResult, Verdict } from './model.ts'
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

/** summary.md: short, new failures first, fit for a GitHub step summary. `source` is what the address of a case file begins with. */
export function summaryMarkdown(result: RunResult, changes: Changes, source = '../../'): string {
  const link = linkTo(source)
  const cases = new Map(result.cases.map(one => [one.key, one]))
  return [
    `## ${headline(result, changes)}`,
    '',
    facts(result, changes),
    '',
    describeCounts(countVerdicts(result.cases)),
    ...problems(result, link),
    ...CHANGE_KINDS.flatMap(kind =>
      section({ kind, list: changes.list.filter(change => change.kind === kind), cases, link }),
    ),
    ...worse(result, link),
    ...knownFailures(result.cases, link),
    '',
    'Run it again:',
    '',
    '```sh',
    result.replay,
    '```',
    '',
  ].join('\n')
}

/** `2 new failures, 1 still failing, 1 known failure, 212 passed`; without earlier runs the failures by verdict. */
export function headline(result: Pick<RunResult, 'cases' | 'problems' | 'interrupted'>, changes: Changes): string {
  const counts = countVerdicts(result.cases)
  const known = changes.previous !== undefined
  const fresh = changes.list.filter(change => change.kind === 'new failure').length
  const still = changes.list.filter(change => change.kind === 'still failing').length
  const others = Object.entries(counts).filter(([verdict]) => !known || !isFailing(verdict as Verdict))
  const parts = [
    result.interrupted ? 'interrupted' : '',
    result.problems.length > 0 ? many(result.problems.length, 'file without results', 'files without results') : '',
    known && fresh > 0 ? many(fresh, 'new failure', 'new failures') : '',
    known && still > 0 ? `${still} still failing` : '',
    describeCounts(Object.fromEntries(others)),
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

function problems(result: RunResult, link: Link): string[] {
  if (result.problems.length === 0) return []
  const lines = result.problems.map(
    ({ file, error }) => `- ${code(error.code)} ${link(error.file ?? file, error.line)} ${text(error.message)}`,
  )
  return ['', `### Files without results (${lines.length})`, '', ...short(lines)]
}

type Section = {
  readonly kind: ChangeKind
  readonly list: readonly Change[]
  readonly cases: ReadonlyMap<string, CaseResult>
  readonly link: Link
}

function section({ kind, list, cases, link }: Section): string[] {
  if (list.length === 0) return []
  return [
    '',
    `### ${TITLES[kind]} (${list.length})`,
    '',
    ...short(list.map(change => item(change, cases.get(change.key), link))),
  ]
}

function item(change: Change, one: CaseResult | undefined, link: Link): string {
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

function worse(result: RunResult, link: Link): string[] {
  const found = worseThanBefore(result)
  if (found.length === 0) return []
  const lines = found.map(({ id, file, line, message }) => `- **${text(id)}** ${text(message)} ${link(file, line)}`)
  return ['', `### Worse than before (${found.length})`, '', ...short(lines)]
}

function knownFailures(cases: readonly CaseResult[], link: Link): string[] {
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

type Link = (file: string | undefined, line: number | undefined) => string

function linkTo(source: string): Link {
  return (file, line) => {
    if (file === undefined) return ''
    const place = line === undefined ? file : `${file}:${line}`
    const target = file.split('/').map(encodeURIComponent).join('/')
    return `[${text(place)}](${source}${target}${line === undefined ? '' : `#L${line}`})`
  }
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
