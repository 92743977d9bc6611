import { type Child, drawing, h, visible } from '../../../page/element.ts'
import { count } from './format.ts'

/** A button that puts a text on the clipboard and says so. Where the browser refuses, the text is selected for the hand. */
export function copyButton(label: string, text: string): HTMLElement {
  const word = h('span', {}, label)
  const say = (message: string) => {
    word.textContent = message
    setTimeout(() => {
      word.textContent = label
    }, 1500)
  }
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      say('Copied')
    } catch {
      say(copyByHand(text) ? 'Copied' : 'Could not copy')
    }
  }
  return h(
    'button.quiet',
    { type: 'button', title: text, onclick: copy },
    drawing('M5.500 5.500v-3h8v8h-3M2.500 5.500h8v8h-8z'),
    word,
  )
}

/** Pages from file:// may have no clipboard of their own; the old command works there. */
function copyByHand(text: string): boolean {
  const area = h('textarea', { 'aria-hidden': 'true' })
  area.value = text
  document.body.append(area)
  area.select()
  const copied = document.execCommand('copy')
  area.remove()
  return copied
}

/** A command in monospace with its copy button. */
export function command(label: string, text: string): HTMLElement {
  return h('div.command', {}, h('code', {}, text), copyButton(label, text))
}

export function section(title: string, size: number | string | undefined, ...content: readonly Child[]): HTMLElement {
  return h(
    'section.panel',
    {},
    h('h2', {}, title, size !== undefined && h('span.count', {}, typeof size === 'number' ? count(size) : size)),
    content,
  )
}

/** Names and values, those without a value left out. */
export function facts(entries: readonly (readonly [name: string, value: Child])[]): HTMLElement {
  const given = entries.filter(([, value]) => value !== undefined && value !== '' && value !== false && value !== null)
  return h(
    'dl.facts',
    {},
    given.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
  )
}

/** A table in a box of its own that scrolls when it is too wide. */
export function table(columns: readonly string[], rows: readonly (readonly Child[])[], name = 'data'): HTMLElement {
  const head = h(
    'tr',
    {},
    columns.map(column => h('th', { scope: 'col' }, column)),
  )
  return h(
    'div.scroll',
    { tabindex: 0, role: 'region', 'aria-label': name },
    h(
      'table',
      {},
      h('thead', {}, head),
      h(
        'tbody',
        {},
        rows.map(row =>
          h(
            'tr',
            {},
            row.map(cell => h('td', {}, cell)),
          ),
        ),
      ),
    ),
  )
}

export function tagList(tags: readonly string[], onTag: (tag: string) => string): Child {
  return (
    tags.length > 0 &&
    h(
      'span.tags',
      {},
      tags.map(tag => h('a', { href: onTag(tag) }, `@${tag}`)),
    )
  )
}

const LONG = 12_000

/** Text as it is, in monospace; of a very long one the beginning, and a button for the rest. */
export function longText(text: string): HTMLElement {
  if (text.length <= LONG) return h('pre', { tabindex: 0 }, text)
  const box = h('pre', { tabindex: 0 }, text.slice(0, LONG))
  const more = h('button.quiet', { type: 'button' }, `Show all ${count(text.length)} characters`)
  more.addEventListener('click', () => {
    box.textContent = visible(text)
    more.remove()
  })
  return h('div', {}, box, more)
}
