import { type Child, h } from '../../../page/element.ts'
import type { ChangeKind } from '../../changes.ts'
import type { PageCase, PageSummary } from '../payload.ts'
import { type CaseChange, caseRow, changeNote, limitsTable, searchHash, suiteTree } from './case-list.ts'
import { count, plural, runName } from './format.ts'
import { facts, section } from './pieces.ts'
import { hashOf } from './route.ts'
import { errorView } from './source-view.ts'
import { verdictLine } from './verdict-line.ts'
import { CHANGE_TITLES, failing } from './words.ts'

const CHANGE_ORDER = Object.keys(CHANGE_TITLES) as ChangeKind[]
/** Rows of one list before it is folded behind a link to the search. */
const LISTED = 20
/** Up to so many cases, every suite is unfolded. */
const FEW = 60

/** The page without a search: verdict, what changed, causes, limits, all cases, skips, environment. */
export function overview(summary: PageSummary, byKey: ReadonlyMap<string, PageCase>): HTMLElement {
  return h(
    'div',
    {},
    verdictLine(summary),
    problemsSection(summary),
    changesSection(summary, byKey),
    causesSection(summary, byKey),
    limitsSection(summary.cases),
    section(
      'All cases',
      summary.cases.length,
      suiteTree(
        summary.cases,
        cases =>
          summary.cases.length <= FEW || (summary.cases.length <= 1000 && cases.some(one => failing(one.verdict))),
      ),
    ),
    skipsSection(summary.cases),
    environment(summary),
  )
}

function problemsSection({ run }: PageSummary): Child {
  if (run.problems.length === 0) return undefined
  return section(
    'Files without results',
    run.problems.length,
    run.problems.map(({ file, error }) =>
      h(
        'div.problem',
        {},
        file !== undefined && error.file !== file && h('p', {}, h('code', {}, file)),
        errorView(error),
      ),
    ),
  )
}

function changesSection({ changes, previous }: PageSummary, byKey: ReadonlyMap<string, PageCase>): Child {
  const lists = CHANGE_ORDER.map(kind => ({ kind, list: changes.filter(change => change.kind === kind) })).filter(
    ({ list }) => list.length > 0,
  )
  if (lists.length === 0)
    return previous === undefined
      ? undefined
      : section('What changed', undefined, h('p.empty', {}, `Nothing since ${runName(previous)}.`))
  const title = (kind: ChangeKind) =>
    previous === undefined && kind === 'new failure' ? 'Failures' : CHANGE_TITLES[kind]
  return section(
    'What changed',
    undefined,
    lists.map(({ kind, list }) =>
      h(
        'div.change',
        {},
        h('h3', {}, title(kind), h('span.count', {}, count(list.length))),
        changeRows(kind, list, byKey),
      ),
    ),
  )
}

function changeRows(kind: ChangeKind, list: readonly CaseChange[], byKey: ReadonlyMap<string, PageCase>): Child[] {
  const rows = list.slice(0, LISTED).map(change => {
    const one = byKey.get(change.key)
    if (!one)
      return h(
        'div.row.gone',
        {},
        h(
          'span.row-main',
          {},
          h('code', {}, change.key),
          change.before && h('span.muted', {}, `, was ${change.before}`),
        ),
      )
    return caseRow(one, kind === 'still failing' ? changeNote(change).replace('still failing ', '') : undefined)
  })
  const rest = list.length - LISTED
  return [
    ...rows,
    rest > 0 &&
      (kind === 'vanished'
        ? h('p.muted', {}, `and ${count(rest)} more`)
        : h('p', {}, h('a', { href: searchHash(`s:${kind.replace(' ', '-')}`) }, `all ${count(list.length)}`))),
  ]
}

/** Only causes that several cases share: a list of single failures would say nothing new. */
function causesSection({ groups }: PageSummary, byKey: ReadonlyMap<string, PageCase>): Child {
  const shared = groups.filter(group => group.keys.length > 1)
  if (shared.length === 0) return undefined
  const alone = groups.length - shared.length
  const folds = shared.slice(0, 50).map(group => {
    const cases = group.keys.flatMap(key => byKey.get(key) ?? [])
    const name = [group.title, group.step && h('span.muted', {}, ` in “${group.step}”`)]
    return countedFold(cases.length, 'bad', name, () => cases.slice(0, 200).map(one => caseRow(one)))
  })
  return section(
    'Failures by cause',
    shared.length,
    folds,
    alone > 0 && h('p.muted', {}, `${plural(alone, 'failure')} besides, each with a cause of its own`),
  )
}

function countedFold(size: number, tone: string, name: Child, rows: () => HTMLElement[]): HTMLElement {
  const body = h('div.fold-body')
  const head = h(
    'summary',
    { 'data-row': 'fold' },
    h('span', { class: `badge number ${tone}` }, count(size)),
    h('span.fold-name', {}, name),
  )
  const fold = h('details.fold', {}, head, body)
  fold.addEventListener('toggle', () => {
    if (fold.open && body.childElementCount === 0) body.append(...rows())
  })
  return fold
}

function limitsSection(cases: readonly PageCase[]): Child {
  const all = cases.flatMap(one => (one.limits ?? []).map(limit => ({ limit, one })))
  if (all.length === 0) return undefined
  const order = ['broken', 'no value', 'holds', 'recorded']
  const rank = ({ limit }: (typeof all)[number]) =>
    limit.history?.verdict === 'worse' ? 0 : order.indexOf(limit.state)
  all.sort((a, b) => rank(a) - rank(b))
  const owner = new Map(all.map(({ limit, one }) => [limit, one]))
  const label = (limit: (typeof all)[number]['limit']) => {
    const one = owner.get(limit)
    return h(
      'a',
      { href: one && hashOf({ page: 'case', key: one.key }) },
      one?.id ?? '',
      one?.cell !== undefined && ` ${one.cell}`,
    )
  }
  return section(
    'Limits',
    all.length,
    limitsTable(
      all.slice(0, 200).map(({ limit }) => limit),
      label,
    ),
  )
}

function skipsSection(cases: readonly PageCase[]): Child {
  const reasons = new Map<string, PageCase[]>()
  for (const one of cases) {
    if (one.verdict !== 'skipped') continue
    const reason = one.reason ?? 'no reason given'
    const list = reasons.get(reason)
    if (list) list.push(one)
    else reasons.set(reason, [one])
  }
  if (reasons.size === 0) return undefined
  const folds = [...reasons].map(([reason, list]) =>
    countedFold(list.length, 'calm', reason, () =>
      list.map(one => caseRow({ ...one, reason: undefined, message: undefined })),
    ),
  )
  return section('Skipped, by reason', undefined, folds)
}

function environment({ run, previousVersions = {} }: PageSummary): HTMLElement {
  const { machine } = run
  return section(
    'Environment',
    undefined,
    facts([
      ...Object.entries(run.versions).map(
        ([name, version]) => [name, versionView(version, previousVersions[name])] as const,
      ),
      ['host', machine.host],
      ['machine class', machine.class],
      ['processors', String(machine.cpus)],
      ['memory', `${count(machine.memoryMb)} MB`],
      ['system', machine.os],
    ]),
  )
}

function versionView(version: string, before: string | undefined): Child {
  if (before === undefined || before === version) return h('span.number', {}, version)
  return h('span.number', {}, h('strong', {}, version), h('span.muted', {}, ` was ${before}`))
}
