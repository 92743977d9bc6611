import { type Child, h } from '../../../../page/element.ts'
import { type Issue, Refusal } from './api.ts'

export type Field = {
  readonly name: string
  readonly label: string
  readonly value?: string
  readonly type?: 'text' | 'password' | 'number' | 'select'
  readonly options?: readonly string[]
  readonly hint?: string
  readonly required?: boolean
  readonly wide?: boolean
}

type Control = HTMLInputElement | HTMLSelectElement

/** Fields with their labels, and what is wrong with each. */
export class Fields {
  readonly node: HTMLElement
  readonly #controls = new Map<string, Control>()
  readonly #told = new Map<string, HTMLElement>()

  constructor(fields: readonly Field[]) {
    this.node = h(
      'div.fields',
      {},
      fields.map(field => this.#field(field)),
    )
  }

  get(name: string): string {
    return this.#control(name).value
  }

  set(name: string, value: string): void {
    this.#control(name).value = value
  }

  on(name: string, listener: () => void): void {
    this.#control(name).addEventListener('input', listener)
  }

  values(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.#controls].map(([name, control]) => [name, control.value]))
  }

  /** Puts what was refused beside its field, and goes to the first. Gives the issues of no field. */
  tell(issues: readonly Issue[]): readonly Issue[] {
    for (const [name, control] of this.#controls) {
      const issue = issues.find(one => one.path === name)
      if (issue) control.setAttribute('aria-invalid', 'true')
      else control.removeAttribute('aria-invalid')
      this.#told.get(name)?.replaceChildren(issue?.message ?? '')
    }
    issues
      .map(issue => this.#controls.get(issue.path))
      .find(control => control)
      ?.focus()
    return issues.filter(issue => !this.#controls.has(issue.path))
  }

  /** The same for whatever went wrong, as what is still to be said of it. */
  refused(error: unknown): unknown {
    const issues = error instanceof Refusal ? (error.data.issues ?? []) : []
    const others = this.tell(issues)
    return issues.length > 0 && others.length === 0
      ? new Refusal((error as Refusal).code, 'Please look at the fields that are marked.')
      : error
  }

  #field({ name, label, value = '', type = 'text', options = [], hint, required, wide }: Field): Child {
    const id = `field-${name}`
    const shared = {
      id,
      name,
      required,
      'aria-describedby': `${id}-told`,
      autocomplete: type === 'password' ? 'new-password' : 'off',
    }
    const control: Control =
      type === 'select'
        ? h(
            'select',
            shared,
            options.map(one => h('option', { value: one, selected: one === value }, one)),
          )
        : h('input', {
            ...{
              ...shared,
              type: type === 'number' ? 'text' : type,
              inputmode: type === 'number' ? 'numeric' : undefined,
            },
            ...{ spellcheck: 'false', autocapitalize: 'none' },
          })
    if (control instanceof HTMLInputElement) control.value = value
    const told = h('span.told', { id: `${id}-told` })
    this.#controls.set(name, control)
    this.#told.set(name, told)
    return h(
      'div',
      { class: wide ? 'field wide' : 'field' },
      h('label', { for: id }, label),
      control,
      hint !== undefined && h('span.hint', {}, hint),
      told,
    )
  }

  #control(name: string): Control {
    return this.#controls.get(name) as Control
  }
}
