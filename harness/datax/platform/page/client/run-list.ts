import { type Child, h } from '../../../../page/element.ts'
import { read } from './api.ts'
import { count, duration } from './format.ts'
import { type Execution, type Paged, type State, unfinished } from './model.ts'
import { badge, empty, errorBox, heading, pager, table, time } from './pieces.ts'
import { refresh } from './refresh.ts'
import { hashOf, type Route } from './route.ts'

const STATES: readonly State[] = ['queued', 'running', 'succeeded', 'failed', 'canceled', 'interrupted']
const WHILE_LIVE = 700
const WHILE_QUIET = 4_000

export async function runList({ query }: Route, signal: AbortSignal): Promise<HTMLElement> {
  const { status, config_id } = query
  const here = (change: Readonly<Record<string, string | undefined>>): string =>
    hashOf('runs', { status, config_id, ...change })
  const filter = h(
    'nav.filter',
    { 'aria-label': 'State' },
    [undefined, ...STATES].map(state =>
      h('a', { href: here({ status: state }), 'aria-current': state === status ? 'true' : undefined }, state ?? 'all'),
    ),
    config_id !== undefined &&
      h('a.only', { href: here({ config_id: undefined }), title: 'Show all configs' }, `only config ${config_id} ✕`),
  )
  const none = status || config_id ? 'No such run.' : 'Nothing has been run yet.'
  return h('section', {}, heading('Runs'), filter, runTable({ query, pageSize: 20, empty: none }, signal))
}

/** A page of runs that keeps up with them. */
export function runTable(
  options: { readonly query: Route['query']; readonly pageSize: number; readonly empty: string },
  signal: AbortSignal,
): HTMLElement {
  const { page, status, config_id } = options.query
  const place = h('div.live', {}, h('p.muted', {}, 'Reading …'))
  let before = ''
  void refresh(signal, async () => {
    let found: Paged<Execution>
    try {
      found = await read('/api/config/logs', { page, status, config_id, pageSize: options.pageSize }, signal)
    } catch (error) {
      if (before === '' && !signal.aborted) place.replaceChildren(errorBox(error))
      throw error
    }
    const live = found.rows.some(row => unfinished(row.status))
    const text = JSON.stringify(found)
    // what has not changed keeps its focus and its selection
    if (text !== before || live) replace(place, view(found, options))
    before = text
    return live ? WHILE_LIVE : WHILE_QUIET
  })
  return place
}

function view(found: Paged<Execution>, options: { readonly query: Route['query']; readonly empty: string }): Child[] {
  if (found.rows.length === 0)
    return [
      empty(
        options.empty,
        h(
          'p',
          {},
          h('a', { href: hashOf('datasources') }, 'Datasources'),
          ' are what is read and written, ',
          h('a', { href: hashOf('configs') }, 'configs'),
          ' are what is run.',
        ),
      ),
    ]
  const rows = found.rows.map(one => ({ key: String(one.id), cells: cellsOf(one) }))
  const { status, config_id } = options.query
  return [
    table({ label: 'Runs', columns: ['State', 'Run', 'Asked for', 'Took', 'Records', 'Result'], rows }),
    pager(found, page => hashOf('runs', { status, config_id, page })),
  ]
}

function cellsOf(one: Execution): readonly Child[] {
  const records = one.counters?.written ?? one.progress?.records
  const failed = one.counters?.failed ?? one.progress?.errors ?? '0'
  return [
    badge(one.status),
    h(
      'a.name',
      { href: hashOf(`run/${one.id}`) },
      `${one.id} `,
      h('span', {}, one.config_name ?? `config ${one.config_id}`),
    ),
    time(one.insert_time),
    one.start_time === null ? h('span.muted', {}, '–') : h('span.number', {}, duration(took(one, Date.now()))),
    h(
      'span.number',
      {},
      records === undefined ? h('span.muted', {}, '–') : count(records),
      failed !== '0' && h('span.bad', {}, ` ${count(failed)} failed`),
    ),
    h(
      'span.result',
      { title: one.exec_result },
      one.exec_result || (one.status === 'running' ? 'running …' : 'waiting …'),
    ),
  ]
}

/** Milliseconds of a run, up to now where it goes on. */
export function took(one: Execution, now: number): number {
  return (one.end_time === null ? now : Date.parse(one.end_time)) - Date.parse(one.start_time ?? one.insert_time)
}

/** New rows for old, the focus on the same link of the same row. */
function replace(place: HTMLElement, children: readonly Child[]): void {
  const focused = document.activeElement?.closest('tr')?.getAttribute('data-key')
  place.replaceChildren(...children.filter(child => child instanceof Node))
  if (focused)
    place.querySelector<HTMLElement>(`tr[data-key="${CSS.escape(focused)}"] a`)?.focus({ preventScroll: true })
}
