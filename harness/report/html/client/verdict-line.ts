import { drawing, h } from '../../../page/element.ts'
import type { PageSummary } from '../payload.ts'
import { searchHash } from './case-list.ts'
import { count, plural, runName, time, utc } from './format.ts'
import { command, facts } from './pieces.ts'
import { badge, failing, VERDICT_LOOK, VERDICT_ORDER } from './words.ts'

/** The top of the page: what became of the run, against which it is compared, and what it was. */
export function verdictLine({ run, counts, previous, lastGreen, changes, cases }: PageSummary): HTMLElement {
  const bad = cases.filter(one => failing(one.verdict)).length
  const fresh = changes.filter(change => change.kind === 'new failure').length
  const broken = run.problems.length
  const compared = previous !== undefined
  const said = [
    run.interrupted && 'interrupted',
    compared && fresh > 0 && plural(fresh, 'new failure'),
    compared && bad - fresh > 0 && `${count(bad - fresh)} still failing`,
    !compared && bad > 0 && `${count(bad)} failing`,
    broken > 0 && plural(broken, 'file without results', 'files without results'),
  ].filter(Boolean)
  const clean = said.length === 0
  const title = clean ? (counts.passed > 0 ? 'No failures' : 'No case ran') : said.join(', ')
  const worst = clean ? 'passed' : (VERDICT_ORDER.find(verdict => counts[verdict] > 0 && failing(verdict)) ?? 'errored')
  const against = [
    compared ? `compared with ${runName(previous)}` : 'no earlier run to compare with',
    compared &&
      lastGreen !== previous &&
      (lastGreen ? `last green run ${runName(lastGreen)}` : 'no green run in the history'),
  ]
  return h(
    'section.verdict',
    {},
    h(
      'h1',
      {},
      h('span', { class: `badge large ${VERDICT_LOOK[worst].tone}` }, drawing(VERDICT_LOOK[worst].path)),
      h(
        'span',
        {},
        title.replace(/^./, letter => letter.toUpperCase()),
      ),
    ),
    h('p.muted', {}, against.filter(Boolean).join(' · ')),
    shareBar(counts, cases.length),
    h(
      'div.chips',
      {},
      VERDICT_ORDER.filter(verdict => counts[verdict] > 0).map(verdict =>
        h(
          'a.chip',
          { href: searchHash(`s:${verdict.replace(' ', '-')}`) },
          badge(verdict),
          h('strong.number', {}, count(counts[verdict])),
        ),
      ),
    ),
    facts([
      ['run', run.id],
      ['started', utc(run.startedAt)],
      ['duration', time(run.duration)],
      ['seed', h('code', {}, run.seed)],
      ['commit', run.commit && h('code', { title: run.commit }, run.commit.slice(0, 12))],
      ['branch', run.branch],
      ['exit code', String(run.exitCode)],
      ['narrowed to', run.filter],
      ['strict', run.strict && 'yes'],
    ]),
    command('Copy', run.replay),
  )
}

function shareBar(counts: PageSummary['counts'], total: number): HTMLElement {
  const parts = VERDICT_ORDER.filter(verdict => counts[verdict] > 0).map(verdict => {
    const part = h('span', { class: VERDICT_LOOK[verdict].tone, title: `${counts[verdict]} ${verdict}` })
    part.style.flexGrow = String(Math.max(counts[verdict], total / 200))
    return part
  })
  return h('div.share', { 'aria-hidden': 'true' }, parts)
}
