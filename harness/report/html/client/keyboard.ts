import { h } from '../../../page/element.ts'

const KEYS: readonly (readonly [keys: string, what: string])[] = [
  ['/', 'search'],
  ['j  k', 'next and previous line'],
  ['Enter', 'open the case, fold or unfold'],
  ['e', 'fold or unfold everything here'],
  ['n  p', 'next and previous case'],
  ['Esc', 'back to all cases'],
  ['?', 'this list'],
]

export type KeyHandlers = { search(): void; back(): void; neighbour(direction: 1 | -1): void }

export function listenToKeys(handlers: KeyHandlers): void {
  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return
    const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement
    if (typing && event.key !== 'Escape') return
    const actions: Readonly<Record<string, () => void>> = {
      '/': handlers.search,
      j: () => move(1),
      k: () => move(-1),
      e: foldAll,
      n: () => handlers.neighbour(1),
      p: () => handlers.neighbour(-1),
      Escape: handlers.back,
      '?': keysDialog,
    }
    const action = actions[event.key]
    if (!action) return
    event.preventDefault()
    action()
  })
}

/** Moves the focus over the lines that are unfolded; Enter then does what the browser does for a link or a fold. */
function move(direction: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')].filter(row => row.checkVisibility())
  const at = rows.indexOf(document.activeElement as HTMLElement)
  const next = at < 0 ? (direction === 1 ? rows[0] : rows.at(-1)) : rows[at + direction]
  next?.focus()
  next?.scrollIntoView({ block: 'nearest' })
}

/** Unfolds all when something is folded, else folds all; of very many, the fold around the focus only. */
function foldAll(): void {
  const folds = [...document.querySelectorAll<HTMLDetailsElement>('details.fold, details.step')]
  const focused = document.activeElement?.closest<HTMLDetailsElement>('details')
  const chosen = folds.length > 300 ? (focused ? [focused] : []) : folds
  const open = chosen.some(fold => !fold.open)
  for (const fold of chosen) fold.open = open
}

export function keysDialog(): void {
  const list = h(
    'dl.keys',
    {},
    KEYS.map(([keys, what]) =>
      h(
        'div',
        {},
        h(
          'dt',
          {},
          keys.split('  ').map(key => h('kbd', {}, key)),
        ),
        h('dd', {}, what),
      ),
    ),
  )
  const dialog = h(
    'dialog',
    { 'aria-label': 'keys' },
    h('h2', {}, 'Keys'),
    list,
    h(
      'p.muted',
      {},
      'Search: s:failed s:bad s:new @tag owner:x target:real id:ABC file:x suite:x text, -word for "not".',
    ),
    h('form', { method: 'dialog' }, h('button', {}, 'Close')),
  )
  dialog.addEventListener('close', () => dialog.remove())
  dialog.addEventListener('click', event => event.target === dialog && dialog.close())
  document.body.append(dialog)
  dialog.showModal()
}
