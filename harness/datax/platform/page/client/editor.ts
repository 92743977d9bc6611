import { h } from '../../../../page/element.ts'
import type { Finding } from './model.ts'

const CHECK_AFTER = 300

/** A text field for a job with the numbers of its lines, and below it what is found in it, as one writes. */
export class Editor {
  readonly node: HTMLElement
  readonly #area: HTMLTextAreaElement
  readonly #gutter = h('div.gutter', { 'aria-hidden': 'true' })
  readonly #findings = h('div.findings', { id: 'findings', 'aria-live': 'polite' })
  readonly #check: (text: string) => Promise<readonly Finding[]>
  #timer: ReturnType<typeof setTimeout> | undefined
  #turn = 0
  #marks: readonly Finding[] = []

  constructor(options: {
    readonly text: string
    readonly check: (text: string) => Promise<readonly Finding[]>
    readonly onInput: (text: string) => void
    readonly signal: AbortSignal
  }) {
    this.#check = options.check
    this.#area = h('textarea', {
      ...{
        id: 'content',
        name: 'content',
        spellcheck: 'false',
        autocapitalize: 'none',
        autocomplete: 'off',
        wrap: 'off',
      },
      ...{ rows: 20, 'aria-label': 'Job', 'aria-describedby': 'findings' },
    })
    this.#area.value = options.text
    this.#area.addEventListener('input', () => {
      options.onInput(this.#area.value)
      this.#number()
      this.#later()
    })
    this.#area.addEventListener('scroll', () => {
      this.#gutter.scrollTop = this.#area.scrollTop
    })
    options.signal.addEventListener('abort', () => clearTimeout(this.#timer))
    this.node = h('div.editor', {}, h('div.paper', {}, this.#gutter, this.#area), this.#findings)
    this.#number()
    void this.#look()
  }

  get text(): string {
    return this.#area.value
  }

  set text(text: string) {
    this.#area.value = text
    this.#number()
    void this.#look()
  }

  show(findings: readonly Finding[]): void {
    this.#turn++
    this.#marks = findings
    this.#number()
    const errors = findings.filter(one => one.severity === 'error').length
    const warnings = findings.length - errors
    const told = [plural(errors, 'error'), plural(warnings, 'warning')].filter(one => one !== '').join(', ')
    this.#findings.replaceChildren(
      findings.length === 0 ? h('p.fine', {}, 'Nothing to find fault with.') : h('p.findings-sum', {}, told),
      h(
        'ul',
        {},
        findings.map(one => h('li', {}, this.#finding(one))),
      ),
    )
  }

  #finding(one: Finding): HTMLElement {
    const button = h(
      'button.finding',
      { type: 'button', title: `Go to line ${one.line}` },
      h('span', { class: `severity ${one.severity}` }, one.severity),
      h('span.place', {}, `${one.line}:${one.column}`),
      h(
        'span.message',
        {},
        one.message,
        one.hint !== undefined && h('span.hint', {}, one.hint),
        h('code', {}, one.code),
      ),
    )
    button.addEventListener('click', () => this.#goTo(one))
    return button
  }

  #goTo({ line, column }: Finding): void {
    const before = this.#area.value
      .split('\n')
      .slice(0, line - 1)
      .join('\n')
    const at = before.length + (line > 1 ? 1 : 0) + column - 1
    this.#area.focus()
    this.#area.setSelectionRange(at, at)
    const height = this.#area.scrollHeight / Math.max(1, this.#area.value.split('\n').length)
    this.#area.scrollTop = Math.max(0, (line - 4) * height)
  }

  #number(): void {
    const lines = this.#area.value.split('\n').length
    const worst = new Map<number, string>()
    for (const { line, severity } of this.#marks) if (worst.get(line) !== 'error') worst.set(line, severity)
    this.#gutter.replaceChildren(
      ...Array.from({ length: lines }, (_, index) => h('span', { class: worst.get(index + 1) }, index + 1)),
    )
    this.#gutter.scrollTop = this.#area.scrollTop
  }

  #later(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#look(), CHECK_AFTER)
  }

  async #look(): Promise<void> {
    const turn = ++this.#turn
    try {
      const findings = await this.#check(this.#area.value)
      // what one wrote since is looked at by a later turn
      if (turn === this.#turn) this.show(findings)
    } catch {
      // said at the head of the page, where the server does not answer
    }
  }
}

function plural(count: number, word: string): string {
  return count === 0 ? '' : `${count} ${word}${count === 1 ? '' : 's'}`
}
