/** True where a name fits a pattern in which `*` stands for any characters. Case counts. */
export function fits(name: string, pattern: string): boolean {
  const parts = pattern.split('*').map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 's').test(name)
}

/** Names that fit one of the patterns, in their own order. */
export function thoseThatFit(names: readonly string[], patterns: readonly string[]): readonly string[] {
  return names.filter(name => patterns.some(pattern => fits(name, pattern)))
}
