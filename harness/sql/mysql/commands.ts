/** Strings, quoted names and comments, in which a semicolon ends nothing. */
const TOKENS = /'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S]|"")*"|`(?:[^`]|``)*`|--(?=\s|$).*|#.*|\/\*[\s\S]*?\*\/|;/g

/**
 * The first word of each statement, upper case: the server sends no command tags. A text with a compound statement
 * (BEGIN … END of a procedure) gives too many; the caller compares with the number of results.
 */
export function commandsOf(text: string): readonly string[] {
  const plain = text.replace(TOKENS, token => {
    if (token === ';') return '\u0000'
    return token.startsWith('--') || token.startsWith('#') || token.startsWith('/*')
      ? ' '
      : token.replaceAll('\u0000', '')
  })
  return plain.split('\u0000').flatMap(statement => /[A-Za-z]+/.exec(statement)?.[0].toUpperCase() ?? [])
}
