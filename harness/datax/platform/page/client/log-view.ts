import { h } from '../../../../page/element.ts'
import { read } from './api.ts'
import { bytes } from './format.ts'
import type { LogPiece } from './model.ts'

/** Characters kept in the page; what is older is read again when one asks for it. */
const KEPT = 1024 * 1024
const PIECE = 256 * 1024

/** The log of a run: its end first, growing while the run lives; earlier pieces on demand. */
export class LogView {
  readonly node: HTMLElement
  readonly #id: number
  readonly #signal: AbortSignal
  readonly #pre = h('pre.log', { tabindex: 0, 'aria-label': 'Log' })
  readonly #size = h('span.muted', {})
  readonly #earlier: HTMLButtonElement
  readonly #follow = h('input', { type: 'checkbox', id: 'follow', checked: true })
  /** Pieces that are shown, the oldest first. */
  #pieces: { readonly from: number; readonly length: number; readonly node: HTMLElement }[] = []
  #next: number | undefined

  constructor(id: number, signal: AbortSignal) {
    this.#id = id
    this.#signal = signal
    this.#earlier = h('button', { type: 'button', hidden: true, onclick: () => void this.#before() }, 'Earlier lines')
    this.#pre.addEventListener('wheel', () => this.#release(), { passive: true })
    this.#pre.addEventListener('touchmove', () => this.#release(), { passive: true })
    this.#follow.addEventListener('change', () => this.#toEnd())
    const follow = h('label.check', { for: 'follow' }, this.#follow, 'Follow')
    this.node = h(
      'div.panel',
      {},
      h('div.log-head', {}, h('h2', {}, 'Log'), this.#size, this.#earlier, follow),
      this.#pre,
    )
  }

  /** Reads what has come since; gives the last answer. */
  async update(): Promise<LogPiece> {
    for (;;) {
      const piece = await read<LogPiece>('/api/config/log', { id: this.#id, from: this.#next }, this.#signal)
      this.#add(piece, 'after')
      if (piece.text === '' || piece.next >= piece.size) return piece
    }
  }

  /** Where one reads, nothing moves. */
  #release(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.#pre
    this.#follow.checked = scrollHeight - scrollTop - clientHeight < 40
  }

  async #before(): Promise<void> {
    const first = this.#pieces[0]?.from ?? 0
    const limit = Math.min(PIECE, first)
    const query = { id: this.#id, from: first - limit, limit }
    const piece = await read<LogPiece>('/api/config/log', query, this.#signal)
    this.#follow.checked = false
    const below = this.#pre.scrollHeight - this.#pre.scrollTop
    this.#add(piece, 'before')
    this.#pre.scrollTop = this.#pre.scrollHeight - below
  }

  #add(piece: LogPiece, where: 'before' | 'after'): void {
    this.#size.textContent = piece.size === 0 ? 'nothing yet' : bytes(piece.size)
    if (where === 'after') this.#next = piece.next
    if (piece.text !== '') {
      const shown = { from: piece.from, length: piece.text.length, node: h('span', {}, ...lines(piece.text)) }
      if (where === 'before') {
        this.#pieces = [shown, ...this.#pieces]
        this.#pre.prepend(shown.node)
      } else {
        this.#pieces.push(shown)
        this.#pre.append(shown.node)
        this.#forget()
      }
    }
    this.#earlier.hidden = (this.#pieces[0]?.from ?? 0) === 0
    if (where === 'after') this.#toEnd()
  }

  #forget(): void {
    if (!this.#follow.checked) return
    let kept = this.#pieces.reduce((sum, piece) => sum + piece.length, 0)
    while (this.#pieces.length > 1 && kept > KEPT) {
      const [oldest, ...rest] = this.#pieces
      kept -= oldest?.length ?? 0
      oldest?.node.remove()
      this.#pieces = rest
    }
  }

  #toEnd(): void {
    if (this.#follow.checked) this.#pre.scrollTop = this.#pre.scrollHeight
  }
}

/** Lines that tell of trouble stand out; the others are one text. How a line ends is nothing to be seen here. */
function* lines(text: string): Generator<string | HTMLElement> {
  let plain = ''
  for (const line of text.replaceAll('\r\n', '\n').split(/(?<=\n)/)) {
    const level = /^\S+ \S+ \[[^\]]*\] (ERROR|WARN)\b/.exec(line)?.[1]
    if (level === undefined) {
      plain += line
      continue
    }
    if (plain !== '') yield plain
    plain = ''
    yield h('span', { class: level === 'ERROR' ? 'bad' : 'warn' }, line)
  }
  if (plain !== '') yield plain
}
