import { drawing, h } from '../../../page/element.ts'
import type { Change } from '../../changes.ts'
import type { LimitResult, Verdict } from '../../model.ts'
import type { PageCase } from '../payload.ts'
import { count, plural, runName, time } from './format.ts'
import { hashOf } from './route.ts'
import { badge, failing, VERDICT_LOOK, VERDICT_OF_LETTER, VERDICT_ORDER } from './words.ts'

export type CaseChange = Change

/** Rows shown of one search before "show all". */
const SHOWN = 200
/** Nights in the strip of a row. */
const STRIP = 14

export function searchHash(query: string): string {
  return hashOf({ page: 'overview', query: query.includes(' ') ? query.replace(/:(.*)$/, ':"$1"') : query })
}

/** A case in one line: verdict, id, name, what it failed by, the nights before, time. */
export function caseRow(one: PageCase, note?: string): HTMLElement {
  const told = one.verdict === 'passed' ? undefined : (one.message ?? one.reason)
  return h(
    'a.row',
    { href: hashOf({ page: 'case', key: one.key }), 'data-row': 'case' },
    badge(one.verdict),
    h('span.row-id', {}, one.id),
    h(
      'span.row-main',
      {},
      h(
        'span.row-name',
        {},
        one.name,
        one.cell !== undefined && h('span.cell', {}, one.cell),
        one.tier !== 'embedded' && h('span.tier', {}, one.tier),
      ),
      (note || told) &&
        h(
          'span.row-told',
          {},
          note && h('span.row-note', {}, note),
          one.ticket && h('strong', {}, `${one.ticket} `),
          told,
        ),
    ),
    historyStrip(one),
    h('span.number.row-time', {}, one.attempts > 0 ? time(one.duration) : ''),
  )
}

/** The verdicts of the last nights and of this one as bars, the oldest on the left: tall where it failed, half where it was odd, low where it passed. */
export function historyStrip(one: PageCase): HTMLElement {
  if (!one.recent) return h('span.strip')
  const before = [...one.recent].slice(0, STRIP - 1).map(letter => VERDICT_OF_LETTER[letter])
  const verdicts = [one.verdict, ...before].reverse()
  const bad = verdicts.filter(verdict => verdict !== undefined && failing(verdict)).length
  const label = `last ${plural(verdicts.length, 'run')}: ${bad === 0 ? 'none failed' : `${bad} failed`}`
  return h(
    'span.strip',
    { title: label, role: 'img', 'aria-label': label },
    verdicts.map(verdict => h('i', { class: verdict && VERDICT_LOOK[verdict].tone })),
  )
}

/** `new failure, passed the time before`, `still failing since 2026-11-18 01:00, 3 runs, with another error than before`. */
export function changeNote(change: CaseChange): string {
  if (change.kind !== 'still failing')
    return change.before && change.kind !== 'fixed' ? `${change.kind}, ${change.before} the time before` : change.kind
  const other = change.otherCause ? ', with another error than before' : ''
  return `still failing since ${runName(change.since ?? '')}, ${plural(change.nights ?? 1, 'run')}${other}`
}

/** Cases by suite, each suite a fold with its counts. What `open` says decides which are unfolded at first. */
export function suiteTree(cases: readonly PageCase[], open: (cases: readonly PageCase[]) => boolean): HTMLElement {
  const suites = new Map<string, PageCase[]>()
  for (const one of cases) {
    const suite = suites.get(one.suite)
    if (suite) suite.push(one)
    else suites.set(one.suite, [one])
  }
  return h(
    'div.tree',
    {},
    [...suites].sort(([a], [b]) => (a < b ? -1 : 1)).map(([suite, list]) => suiteFold(suite, list, open(list))),
  )
}

function suiteFold(suite: string, list: readonly PageCase[], open: boolean): HTMLElement {
  const body = h('div.fold-body')
  const fill = () => {
    if (body.childElementCount === 0) body.append(...list.map(one => caseRow(one)))
  }
  const spent = list.reduce((sum, one) => sum + one.duration, 0)
  const head = h(
    'summary',
    { 'data-row': 'suite' },
    suiteName(suite),
    countBadges(list),
    h('span.number.row-time', {}, time(spent)),
  )
  const fold = h('details.fold', {}, head, body)
  fold.addEventListener('toggle', () => fold.open && fill())
  if (open) {
    fill()
    fold.open = true
  }
  return fold
}

/** The part before the last slash is the same for many, so it stands back. */
function suiteName(suite: string): HTMLElement {
  const cut = suite.lastIndexOf('/') + 1
  return h('span.fold-name', {}, h('span.muted', {}, suite.slice(0, cut)), suite.slice(cut))
}

/** `✕ 2  ✓ 14`: how many of each verdict. */
function countBadges(list: readonly PageCase[]): HTMLElement {
  const counts = new Map<Verdict, number>()
  for (const one of list) counts.set(one.verdict, (counts.get(one.verdict) ?? 0) + 1)
  const present = VERDICT_ORDER.filter(verdict => counts.has(verdict))
  return h(
    'span.counts',
    {},
    present.map(verdict =>
      h(
        'span',
        { class: `badge ${VERDICT_LOOK[verdict].tone}`, title: `${counts.get(verdict)} ${verdict}` },
        drawing(VERDICT_LOOK[verdict].path),
        count(counts.get(verdict) ?? 0),
        h('span.unseen', {}, verdict),
      ),
    ),
  )
}

/** What a search found: by suite, the first rows, and a button for the rest. */
export function foundCases(found: readonly PageCase[]): HTMLElement {
  if (found.length === 0)
    return h(
      'p.empty',
      {},
      'No case matches. Words are joined by "and"; try s:bad, @tag, owner:name, target:real, id:ABC or any text.',
    )
  const tree = suiteTree(found.slice(0, SHOWN), () => true)
  if (found.length <= SHOWN) return tree
  const more = h('button', { type: 'button' }, `Show all ${count(found.length)} cases`)
  more.addEventListener('click', () => {
    const list = suiteTree(found, cases => cases.length > 0 && found.length <= 2000)
    more.remove()
    tree.replaceWith(list)
  })
  return h('div', {}, tree, more)
}

const LIMIT_WORDS: Readonly<Record<LimitResult['state'], readonly [verdict: Verdict, word: string]>> = {
  broken: ['limit broken', 'broken'],
  'no value': ['undecided', 'no value'],
  holds: ['passed', 'holds'],
  recorded: ['skipped', 'recorded'],
}

const WORSE: readonly [verdict: Verdict, word: string] = ['flaky', 'worse than before']

/** Limits with their bounds and values; with `label`, the case each belongs to. */
export function limitsTable(limits: readonly LimitResult[], label?: (limit: LimitResult) => HTMLElement): HTMLElement {
  const bound = ({ atLeast, atMost }: LimitResult) =>
    [atLeast !== undefined && `≥ ${atLeast}`, atMost !== undefined && `≤ ${atMost}`].filter(Boolean).join(', ') || '–'
  const rows = limits.map(limit => {
    const worse = limit.history?.verdict === 'worse' && limit.state !== 'broken'
    const [verdict, word] = worse ? WORSE : LIMIT_WORDS[limit.state]
    const { tone, path } = VERDICT_LOOK[verdict]
    return h(
      'tr',
      {},
      h('td', {}, h('span', { class: `badge ${tone}` }, drawing(path), word)),
      h('td', {}, h('code', {}, limit.metric), limit.history?.message && h('div', {}, limit.history.message)),
      h('td.number', {}, limit.value === undefined ? '–' : String(limit.value)),
      h('td.number', {}, bound(limit)),
      label && h('td', {}, label(limit)),
    )
  })
  const head = ['limit', 'metric', 'value', 'bound', ...(label ? ['case'] : [])].map((name, index) =>
    h('th', { scope: 'col', class: index === 2 || index === 3 ? 'number' : undefined }, name),
  )
  return h(
    'div.scroll',
    { tabindex: 0, role: 'region', 'aria-label': 'limits' },
    h('table', {}, h('thead', {}, h('tr', {}, head)), h('tbody', {}, rows)),
  )
}
