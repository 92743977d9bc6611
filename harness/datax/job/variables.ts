import { DataxError } from '../errors.ts'

const VARIABLE = /\$(\w+)|\$\{(\w+)\}/g

/** `-Da=1 -Db="two words"`, as `datax.py -p` takes them. Throws Framework-03 on anything that is no `-Dname=value`. */
export function parseParameters(text: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const [whole] of text.matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g)) {
    const match = /^-D([^=]+)=([\s\S]*)$/.exec(whole)
    if (!match) throw new DataxError('Framework-03', `"${whole}" among the parameters is no -Dname=value`)
    found[match[1] as string] = (match[2] as string).replace(/^(["'])([\s\S]*)\1$/, '$2')
  }
  return found
}

/**
 * The text with `$name` and `${name}` replaced where the name is set and not blank; others stay. It is replacement in the text, before
 * it is read: as in DataX, `$aa` also eats the beginning of `$aab` where only `aa` is set.
 */
export function substitute(text: string, parameters: Readonly<Record<string, string>>): string {
  const names = Object.keys(parameters).filter(name => /^\w+$/.test(name) && parameters[name]?.trim() !== '')
  if (names.length === 0) return text
  return text.replace(VARIABLE, (whole, bare: string | undefined, braced: string | undefined) => {
    const name = (bare ?? braced) as string
    if (names.includes(name)) return parameters[name] as string
    if (bare === undefined) return whole
    const prefix = names.filter(one => bare.startsWith(one)).sort((a, b) => b.length - a.length)[0]
    return prefix === undefined ? whole : parameters[prefix] + bare.slice(prefix.length)
  })
}

/** Names of variables that stand in the text, in braces or without. */
export function variablesIn(text: string): readonly { readonly name: string; readonly at: number }[] {
  return [...text.matchAll(/\$\{(\w+)\}/g)].map(match => ({ name: match[1] as string, at: match.index }))
}
