/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

export type Child = Node | string | number | false | null | undefined | readonly Child[]
type Attributes = Readonly<Record<string, string | number | boolean | undefined | ((event: Event) => void)>>

/**
 * An element: `h('a.row', { href, onclick }, child, …)`. Children that are strings become text and nothing else, so what a
 * target or a server wrote can never become markup.
 */
export function h<Tag extends keyof HTMLElementTagNameMap = 'div'>(
  name: Tag | `${Tag}.${string}`,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const [tag, ...classes] = name.split('.') as [Tag, ...string[]]
  const element = document.createElement(tag)
  if (classes.length > 0) element.className = classes.join(' ')
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue
    if (typeof value === 'function') element.addEventListener(key.slice(2), value)
    else element.setAttribute(key, value === true ? '' : String(value))
  }
  append(element, children)
  return element
}

export function append(parent: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === undefined || child === null || child === false) continue
    if (Array.isArray(child)) append(parent, child)
    else parent.append(child instanceof Node ? child : visible(String(child)))
  }
}

/** Terminal colours say nothing here; other control characters are shown as the pictures that Unicode has for them. */
export function visible(text: string): string {
  return text
    .replace(/\u001b\[[0-?]*[ -/]*[@-~]/g, '')
    .replace(/[\u0000-\u0008\u000b-\u001f]/g, control => String.fromCharCode(0x2400 + control.charCodeAt(0)))
    .replace(/\u007f/g, '\u2421')
}

const SVG = 'http://www.w3.org/2000/svg'

/** A 16-pixel drawing of one path in the colour of the text around it. */
export function drawing(path: string): SVGElement {
  const svg = document.createElementNS(SVG, 'svg')
  svg.setAttribute('viewBox', '0 0 16 16')
  svg.setAttribute('aria-hidden', 'true')
  svg.setAttribute('class', 'icon')
  const line = document.createElementNS(SVG, 'path')
  line.setAttribute('d', path)
  svg.append(line)
  return svg
}
