type Row = readonly string[]

/** A row of each side that belong together, or a row that stands on one side alone; indexes into the two lists. */
export type AlignedRow = { readonly expected?: number; readonly actual?: number }

/** Beyond so many comparisons of rows, they are paired by position: 2,000 rows against 2,000 others. */
const MOST_COMPARISONS = 4_000_000

/**
 * Which rows of two lists belong together: equal ones by the longest common subsequence, so that one missing row does not
 * make all later ones differ; between them, rows that have a cell in common. Rows that are equal are left out of the answer.
 */
export function alignRows(
  expected: readonly Row[],
  actual: readonly Row[],
  same: (a: string, b: string) => boolean,
): AlignedRow[] {
  const equal = (e: number, a: number) => {
    const [left, right] = [expected[e] ?? [], actual[a] ?? []]
    return left.length === right.length && left.every((cell, index) => same(cell, right[index] ?? ''))
  }
  let start = 0
  while (start < expected.length && start < actual.length && equal(start, start)) start++
  let [endE, endA] = [expected.length, actual.length]
  while (endE > start && endA > start && equal(endE - 1, endA - 1)) {
    endE--
    endA--
  }
  const [rows, columns] = [endE - start, endA - start]
  if (rows * columns > MOST_COMPARISONS) return byPosition(start, endE, endA)

  const common = longestCommon(rows, columns, (e, a) => equal(start + e, start + a))
  const found: AlignedRow[] = []
  let [e, a] = [0, 0]
  for (const [nextE, nextA] of [...common, [rows, columns] as const]) {
    found.push(...pairGap(range(start + e, start + nextE), range(start + a, start + nextA), likeness))
    e = nextE + 1
    a = nextA + 1
  }
  return found

  function likeness(one: number, other: number): number {
    const right = actual[other] ?? []
    return (expected[one] ?? []).filter((cell, index) => same(cell, right[index] ?? '')).length
  }
}

/** The index pairs of a longest common subsequence, in order. */
function longestCommon(
  rows: number,
  columns: number,
  equal: (e: number, a: number) => boolean,
): (readonly [number, number])[] {
  // lengths[e][a]: the longest from (e, a) to the ends
  const width = columns + 1
  const lengths = new Uint32Array((rows + 1) * width)
  const at = (e: number, a: number) => lengths[e * width + a] ?? 0
  for (let e = rows - 1; e >= 0; e--) {
    for (let a = columns - 1; a >= 0; a--) {
      lengths[e * width + a] = equal(e, a) ? at(e + 1, a + 1) + 1 : Math.max(at(e + 1, a), at(e, a + 1))
    }
  }
  const pairs: (readonly [number, number])[] = []
  for (let e = 0, a = 0; e < rows && a < columns; ) {
    if (equal(e, a)) pairs.push([e++, a++])
    else if (at(e + 1, a) >= at(e, a + 1)) e++
    else a++
  }
  return pairs
}

/** Rows between two equal ones: as many on both sides are taken in order, else each finds the one most like it. */
function pairGap(
  expected: readonly number[],
  actual: readonly number[],
  likeness: (e: number, a: number) => number,
): AlignedRow[] {
  if (expected.length === actual.length)
    return expected.map((e, index) => ({ expected: e, actual: actual[index] ?? 0 }))
  const free = [...actual]
  const pairs = expected.map((e): AlignedRow => {
    const [best] = free.map(a => ({ a, score: likeness(e, a) })).sort((one, other) => other.score - one.score)
    if (!best || best.score === 0) return { expected: e }
    free.splice(free.indexOf(best.a), 1)
    return { expected: e, actual: best.a }
  })
  return [...pairs, ...free.map(a => ({ actual: a }))]
}

function byPosition(start: number, endE: number, endA: number): AlignedRow[] {
  return range(start, Math.max(endE, endA)).map(index => ({
    ...(index < endE && { expected: index }),
    ...(index < endA && { actual: index }),
  }))
}

const range = (from: number, to: number) => Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index)
