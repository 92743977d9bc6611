import { type Child, h } from '../../../../page/element.ts'
import { Refusal, read, send } from './api.ts'
import { bytes, count, duration } from './format.ts'
import { LogView } from './log-view.ts'
import { type Execution, type Paged, unfinished } from './model.ts'
import { badge, busy, errorBox, heading, time } from './pieces.ts'
import { refresh } from './refresh.ts'
import { hashOf, type Route } from './route.ts'
import { took } from './run-list.ts'

const EVERY = 500

/** One run: how far it is, what it counted, its log as it grows. */
export async function runPage({ id = 0 }: Route, signal: AbortSignal): Promise<HTMLElement> {
  const first = await execution(id, signal)
  const told = h('div.told-here', { 'aria-live': 'polite' })
  const facts = h('div')
  const state = h('span.state', { role: 'status' })
  const cancel = cancelButton(id, told)
  const log = new LogView(id, signal)
  const show = (one: Execution): void => {
    state.replaceChildren(badge(one.status))
    facts.replaceChildren(...factsOf(one))
    cancel.hidden = !unfinished(one.status)
    document.title = `${one.status} · run ${one.id} · assay`
  }
  show(first)
  void refresh(signal, async () => {
    // the row first: once it says that the run has ended, the log that is read then is whole
    const one = await execution(id, signal)
    await log.update()
    show(one)
    return unfinished(one.status) ? EVERY : 2 ** 30
  }).catch(error => told.replaceChildren(errorBox(error)))
  const name = first.config_name ?? `config ${first.config_id}`
  const config = h('a.button', { href: hashOf(`config/${first.config_id}`) }, 'Config')
  return h(
    'section',
    {},
    h('p.up', {}, h('a', { href: hashOf('runs') }, 'Runs')),
    heading([`Run ${id} `, h('span.of', {}, name), ' ', state], cancel, config),
    told,
    facts,
    log.node,
  )
}

async function execution(id: number, signal: AbortSignal): Promise<Execution> {
  const { rows } = await read<Paged<Execution>>('/api/config/logs', { id, pageSize: 1 }, signal)
  const row = rows[0]
  if (!row) throw new Refusal('not_found', `there is no execution ${id}`)
  return row
}

function cancelButton(id: number, told: HTMLElement): HTMLButtonElement {
  const button = h('button.danger', { type: 'button' }, 'Cancel')
  button.addEventListener('click', () =>
    busy(button, told, async () => {
      await send('/api/config/cancel', { id })
      told.replaceChildren(h('p.fine', {}, 'It is being stopped.'))
    }),
  )
  return button
}

function factsOf(one: Execution): HTMLElement[] {
  const { progress, counters } = one
  const spent = took(one, Date.now())
  const tiles: [string, Child][] = []
  if (unfinished(one.status)) {
    tiles.push(['Records', count(progress?.records ?? '0')])
    tiles.push(['Per second', count(progress?.recordsPerSecond ?? 0)])
    tiles.push(['Failed', count(progress?.errors ?? '0')])
    tiles.push(['Volume', bytes(progress?.bytes ?? '0')])
  } else if (counters) {
    tiles.push(['Written', count(counters.written)], ['Read', count(counters.read)])
    tiles.push(['Failed to be read', count(counters.readFailed)], ['Failed to be written', count(counters.writeFailed)])
    if (counters.transformer) tiles.push(['Filtered', count(counters.transformer.filtered)])
    tiles.push(['Volume', bytes(counters.readBytes)])
  }
  if (one.start_time !== null) tiles.push([unfinished(one.status) ? 'Running for' : 'Took', duration(spent)])
  return [
    h(
      'div.panel',
      {},
      bar(one, spent),
      tiles.length > 0 &&
        h(
          'dl.tiles',
          {},
          tiles.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
        ),
      result(one),
    ),
    h(
      'dl.facts',
      {},
      fact('Command', h('code', {}, one.exec_name)),
      fact('Asked for', time(one.insert_time)),
      fact('Began', time(one.start_time)),
      fact('Ended', time(one.end_time)),
    ),
  ]
}

const fact = (name: string, value: Child): HTMLElement => h('div', {}, h('dt', {}, name), h('dd', {}, value))

function bar(one: Execution, spent: number): Child {
  if (!unfinished(one.status)) return false
  const done = one.progress?.done ?? 0
  if (one.status === 'queued') return h('p.muted', {}, 'It waits for its turn.')
  const left = done > 0 && done < 1 ? `, about ${duration((spent / done) * (1 - done))} left` : ''
  const label = done > 0 ? `${Math.floor(done * 100)} % of the tasks${left}` : 'The first task is under way.'
  return h(
    'div.progress',
    {},
    h('progress', { max: 1, ...(done > 0 ? { value: done } : {}), 'aria-label': 'Progress' }),
    h('span', {}, label),
  )
}

function result(one: Execution): Child {
  if (one.exec_result === '') return false
  return h('p', { class: one.status === 'succeeded' ? 'outcome fine' : 'outcome' }, one.exec_result)
}
