import { plainText } from './plain-text.ts'

export type XmlAttributes = Readonly<Record<string, string | number | undefined>>

/** An element as lines, its content indented; without content it closes itself. Text with line ends is one line of content. */
export function element(name: string, attributes: XmlAttributes, content: readonly string[] = []): string[] {
  const open = `<${name}${Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escapeAttribute(String(value))}"`)
    .join('')}`
  if (content.length === 0) return [`${open}/>`]
  return [`${open}>`, ...content.map(line => `  ${line}`), `</${name}>`]
}

/** An element that holds text: the text verbatim, in CDATA. */
export function textElement(name: string, attributes: XmlAttributes, text: string): string {
  const [open] = element(name, attributes, [''])
  return `${open}${cdata(text)}</${name}>`
}

/** `]]>` would end the section, so it is split over two. */
function cdata(text: string): string {
  return `<![CDATA[${plainText(text).replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
}

function escapeAttribute(text: string): string {
  return plainText(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/\t/g, '&#9;')
    .replace(/\n/g, '&#10;')
    .replace(/\r/g, '&#13;')
}
