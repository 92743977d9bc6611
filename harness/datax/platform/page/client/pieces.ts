import { type Child, drawing, h } from '../../../../page/element.ts'
import { Refusal } from './api.ts'
import { moment } from './format.ts'
import type { Paged, State } from './model.ts'

const LOOK: Readonly<Record<State, readonly [tone: string, path: string]>> = {
  queued: ['calm', 'M8 4v4l2.5 1.5M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0'],
  running: ['live', 'M5 3.5v9l7-4.5z'],
  succeeded: ['good', 'M3.5 8.5l3 3 6-7'],
  failed: ['bad', 'M4 4l8 8M12 4l-8 8'],
  canceled: ['odd', 'M4.5 4.5h7v7h-7z'],
  interrupted: ['warn', 'M8 3v6M8 12.4v.2'],
}

/** The state of a run: never by its colour alone. */
export function badge(state: State): HTMLElement {
  const [tone, path] = LOOK[state]
  return h('span', { class: `badge ${tone}` }, drawing(path), state)
}

export function time(iso: string | null): Child {
  return iso === null ? h('span.muted', {}, '–') : h('time', { datetime: iso, title: iso }, moment(iso, new Date()))
}

/** What went wrong: its code, one sentence, and what is wrong with which field. */
export function errorBox(error: unknown): HTMLElement {
  const { code, message, data } =
    error instanceof Refusal ? error : { code: 'page', message: String(error), data: {} as Refusal['data'] }
  const rest = (data.issues ?? []).slice(1)
  return h(
    'div.error',
    { role: 'alert' },
    h('p', {}, h('code', {}, code), ' ', message),
    rest.length > 0 &&
      h(
        'ul',
        {},
        rest.map(one => h('li', {}, one.path === '' ? one.message : `${one.path}: ${one.message}`)),
      ),
  )
}

/** A table whose rows become cards on a narrow screen: each cell knows the name of its column. */
export function table(options: {
  readonly label: string
  readonly columns: readonly string[]
  readonly rows: readonly { readonly key: string; readonly cells: readonly Child[] }[]
}): HTMLElement {
  return h(
    'table.list',
    { 'aria-label': options.label },
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        options.columns.map(name => h('th', { scope: 'col' }, name)),
      ),
    ),
    h(
      'tbody',
      {},
      options.rows.map(({ key, cells }) =>
        h(
          'tr',
          { 'data-key': key },
          cells.map((cell, index) => h('td', { 'data-label': options.columns[index] }, h('div.cell', {}, cell))),
        ),
      ),
    ),
  )
}

export function pager(found: Paged<unknown>, hrefOf: (page: number) => string): Child {
  const pages = Math.max(1, Math.ceil(found.total / found.pageSize))
  if (pages === 1 && found.page === 1) return false
  const link = (text: string, page: number, able: boolean): HTMLElement =>
    able
      ? h('a.button', { href: hrefOf(page), rel: page < found.page ? 'prev' : 'next' }, text)
      : h('span.button', { 'aria-disabled': 'true' }, text)
  return h(
    'nav.pager',
    { 'aria-label': 'Pages' },
    link('Newer', Math.min(found.page - 1, pages), found.page > 1),
    h('span', {}, `Page ${found.page} of ${pages}`),
    link('Older', found.page + 1, found.page < pages),
  )
}

export function empty(title: string, ...children: readonly Child[]): HTMLElement {
  return h('div.empty', {}, h('p.empty-title', {}, title), children)
}

/** Heading of a view, with what one can do there. */
export function heading(title: Child, ...actions: readonly Child[]): HTMLElement {
  return h('div.heading', {}, h('h1', {}, title), h('div.actions', {}, actions))
}

/** Asks before something is lost. Resolves with whether one agreed. */
export function agree(question: string, told: Child, yes: string): Promise<boolean> {
  return new Promise(resolve => {
    const close = (answer: boolean) => () => {
      resolve(answer)
      dialog.close()
    }
    const no = h('button', { type: 'button', onclick: close(false) }, 'Keep')
    const dialog = h(
      'dialog',
      { 'aria-label': question },
      h('h2', {}, question),
      h('p', {}, told),
      h('div.actions', {}, no, h('button.danger', { type: 'button', onclick: close(true) }, yes)),
    )
    dialog.addEventListener('close', () => {
      resolve(false)
      dialog.remove()
    })
    document.body.append(dialog)
    dialog.showModal()
    no.focus()
  })
}

/** A word in passing, read aloud, gone after a while. */
export function note(text: string): void {
  const shown = h('p.note', {}, text)
  document.getElementById('notes')?.replaceChildren(shown)
  setTimeout(() => shown.remove(), 6_000)
}

/** While `work` goes on the button waits; what goes wrong is shown in `place`. */
export async function busy(button: HTMLButtonElement, place: HTMLElement, work: () => Promise<void>): Promise<void> {
  button.disabled = true
  button.setAttribute('aria-busy', 'true')
  place.replaceChildren()
  try {
    await work()
  } catch (error) {
    place.replaceChildren(errorBox(error))
  } finally {
    button.disabled = false
    button.removeAttribute('aria-busy')
  }
}
