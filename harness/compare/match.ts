import type { SqlValue } from '../sql/session.ts'
import type { Recipe } from './recipe.ts'

/** The canonical text of a key's parts; null is NULL. */
export type Key = readonly (string | null)[]

/** Rows of the buckets that differ: the key's parts, then the row's hash. */
export type KeyedRow = readonly SqlValue[]

export type Mismatch = {
  readonly key: Key
  readonly kind: 'changed' | 'only left' | 'only right'
  /** How many rows of this key differ so; more than one only where keys are not unique. */
  readonly times: number
}

export type Matching = {
  readonly mismatches: readonly Mismatch[]
  /** Keys that more than one row of a side has, among the rows looked at. */
  readonly duplicates: readonly Key[]
}

type Entry = { readonly key: Key; readonly left: string[]; readonly right: string[] }

/**
 * Matches rows by key. Rows of one key are a bag: equal hashes cancel one against one, what is left over is changed as far as both sides
 * have some left, and on one side only beyond that.
 */
export function matchByKey(left: readonly KeyedRow[], right: readonly KeyedRow[], recipe: Recipe): Matching {
  const entries = new Map<string, Entry>()
  const add = (rows: readonly KeyedRow[], side: 'left' | 'right') => {
    for (const row of rows) {
      const key = row.slice(0, -1).map(part => (part === null ? null : String(part)))
      const name = JSON.stringify(key)
      let entry = entries.get(name)
      if (!entry) {
        entry = { key, left: [], right: [] }
        entries.set(name, entry)
      }
      entry[side].push(String(row.at(-1)))
    }
  }
  add(left, 'left')
  add(right, 'right')
  const mismatches: Mismatch[] = []
  const duplicates: Key[] = []
  for (const entry of entries.values()) {
    const { key } = entry
    if (entry.left.length > 1 || entry.right.length > 1) duplicates.push(key)
    const [lefts, rights] = leftOver(entry, recipe)
    const changed = Math.min(lefts, rights)
    if (changed > 0) mismatches.push({ key, kind: 'changed', times: changed })
    if (lefts > changed) mismatches.push({ key, kind: 'only left', times: lefts - changed })
    if (rights > changed && recipe.bothWays) mismatches.push({ key, kind: 'only right', times: rights - changed })
  }
  return { mismatches, duplicates }
}

function leftOver(entry: Entry, recipe: Recipe): readonly [number, number] {
  // nearly every key has one row on each side
  if (entry.left.length === 1 && entry.right.length === 1) {
    return entry.left[0] === entry.right[0] ? [0, 0] : [1, 1]
  }
  if (!recipe.multiplicity) {
    const only = (own: readonly string[], other: readonly string[]) => own.filter(hash => !other.includes(hash)).length
    return [only(entry.left, entry.right), only(entry.right, entry.left)]
  }
  const counts = new Map<string, number>()
  for (const hash of entry.left) counts.set(hash, (counts.get(hash) ?? 0) + 1)
  let rights = 0
  for (const hash of entry.right) {
    const count = counts.get(hash) ?? 0
    if (count > 0) counts.set(hash, count - 1)
    else rights++
  }
  return [counts.values().reduce((sum, count) => sum + count, 0), rights]
}

/** Rows without a key, as hash and multiplicity. A hash is its own key here. */
export function matchBags(left: readonly KeyedRow[], right: readonly KeyedRow[], recipe: Recipe): Matching {
  const count = (rows: readonly KeyedRow[]) => new Map(rows.map(row => [String(row[0]), Number(row[1])]))
  const lefts = count(left)
  const rights = count(right)
  const mismatches: Mismatch[] = []
  const duplicates: Key[] = []
  for (const hash of new Set([...lefts.keys(), ...rights.keys()])) {
    const one = lefts.get(hash) ?? 0
    const other = rights.get(hash) ?? 0
    if (one > 1 || other > 1) duplicates.push([hash])
    const difference = recipe.multiplicity ? one - other : Math.sign(one) - Math.sign(other)
    if (difference > 0) mismatches.push({ key: [hash], kind: 'only left', times: difference })
    if (difference < 0 && recipe.bothWays) mismatches.push({ key: [hash], kind: 'only right', times: -difference })
  }
  return { mismatches, duplicates }
}
