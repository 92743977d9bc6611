import { didYouMean } from '../cases/suggest.ts'
import { usageError } from './options.ts'

/**
 * Throws ASSAY_USAGE for a tag of `--tags` that assay.config.ts does not have. vitest would run, and tell it for every file with the
 * stack of its own parser.
 */
export function checkTags(expression: string, tags: readonly string[]): void {
  const names = expression.split(/[\s()!&|]+/).filter(word => word !== '' && !/^(and|or|not)$/i.test(word))
  if (names.length === 0) throw usageError('run', `--tags names no tag: "${expression}"`)
  for (const name of names) {
    if (tags.some(tag => fits(tag, name))) continue
    const known = tags.length === 0 ? 'assay.config.ts has none' : `there are ${tags.toSorted().join(', ')}`
    throw usageError('run', `no tag is called "${name}"${didYouMean(name, tags) || `; ${known}`}`)
  }
}

function fits(tag: string, pattern: string): boolean {
  const text = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')
  return new RegExp(`^${text}$`).test(tag)
}
