import type { ChangeKind } from '../../changes.ts'
import type { PageCase } from '../payload.ts'

/** One word of a search: `s:failed`, `@ha`, `-owner:storage`, `catch`. */
export type Term = {
  readonly kind: 'state' | 'tag' | 'owner' | 'target' | 'id' | 'file' | 'suite' | 'text'
  readonly value: string
  readonly not: boolean
}

const KINDS: Readonly<Record<string, Term['kind']>> = {
  s: 'state',
  state: 'state',
  tag: 'tag',
  owner: 'owner',
  o: 'owner',
  target: 'target',
  t: 'target',
  id: 'id',
  file: 'file',
  suite: 'suite',
}

/** Words are separated by spaces; quotes hold words together: `"row differs"`, `s:"known failure"`. */
export function parseQuery(query: string): Term[] {
  const words = query.match(/(?:"[^"]*"?|[^\s"])+/g) ?? []
  return words.map(termOf).filter(term => term.value !== '')
}

function termOf(word: string): Term {
  const not = word.length > 1 && word[0] === '-'
  const rest = (not ? word.slice(1) : word).replaceAll('"', '').toLowerCase()
  if (rest[0] === '@') return { kind: 'tag', value: rest.slice(1), not }
  const colon = rest.indexOf(':')
  const kind = KINDS[rest.slice(0, Math.max(colon, 0))]
  return kind ? { kind, value: rest.slice(colon + 1), not } : { kind: 'text', value: rest, not }
}

/** What a case is searched by, in lower case; made once. */
export type Searchable = {
  readonly case: PageCase
  readonly text: string
  readonly states: readonly string[]
  readonly targets: readonly string[]
}

const NOT_GOOD = ['failed', 'limit broken', 'undecided', 'errored', 'blocked']

export function searchable(one: PageCase, change?: ChangeKind): Searchable {
  const states = [
    one.verdict.replaceAll(' ', '-'),
    ...(change ? [change.replaceAll(' ', '-')] : []),
    ...(NOT_GOOD.includes(one.verdict) ? ['bad'] : []),
  ]
  const text = [one.key, one.name, one.suite, one.message ?? '', one.reason ?? '', one.ticket ?? '']
    .join('\n')
    .toLowerCase()
  const targets = [one.tier, one.system, ...one.targets].map(target => target.toLowerCase())
  return { case: one, text, states, targets }
}

/** True when every word holds. A state, a tag, an owner and a target match by their beginning; commas mean "or". */
export function matches(one: Searchable, terms: readonly Term[]): boolean {
  return terms.every(
    term => term.value.split(',').some(value => value !== '' && holds(one, term.kind, value)) !== term.not,
  )
}

function holds({ case: found, text, states, targets }: Searchable, kind: Term['kind'], value: string): boolean {
  switch (kind) {
    case 'state':
      return states.some(state => state.startsWith(value.replaceAll(' ', '-')))
    case 'tag':
      return found.tags.some(tag => tag.toLowerCase() === value)
    case 'owner':
      return (found.owner ?? '').toLowerCase().startsWith(value)
    case 'target':
      return targets.some(target => target.startsWith(value))
    case 'id':
      return found.id.toLowerCase().startsWith(value)
    case 'file':
      return found.file.toLowerCase().includes(value)
    case 'suite':
      return found.suite.toLowerCase().includes(value)
    case 'text':
      return text.includes(value)
  }
}
