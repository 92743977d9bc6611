import { AssayError } from '../../errors.ts'

/**
 * Seed 000's `random_nodes`: `count` hosts drawn from the list, always as a list. Distinct, and an error when there are too
 * few; the original looped for ever then, and gave a bare string for one. `reuse` allows a host to be drawn again once all were.
 */
export function randomNodes(
  count: number,
  hosts: readonly string[],
  { random = Math.random, reuse = false }: { readonly random?: () => number; readonly reuse?: boolean } = {},
): readonly string[] {
  const distinct = [...new Set(hosts)]
  if (distinct.length === 0 || (distinct.length < count && !reuse))
    throw new AssayError('ASSAY_KLUSTRON_HOSTS', `${count} hosts are needed and there are ${distinct.length}`)
  const drawn: string[] = []
  while (drawn.length < count) drawn.push(...shuffled(distinct, random))
  return drawn.slice(0, count)
}

/** `select_nodes_in_order`: unused hosts first, then those with the fewest instances; ties in the order of the list. */
export function nodesInOrder(
  count: number,
  hosts: readonly string[],
  used: Readonly<Record<string, number>>,
): readonly string[] {
  const sorted = [...new Set(hosts)].sort((a, b) => (used[a] ?? 0) - (used[b] ?? 0))
  if (sorted.length < count)
    throw new AssayError('ASSAY_KLUSTRON_HOSTS', `${count} hosts are needed and there are ${sorted.length}`)
  return sorted.slice(0, count)
}

function shuffled(list: readonly string[], random: () => number): string[] {
  const copy = [...list]
  for (let index = copy.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1))
    const [a, b] = [copy[index] as string, copy[other] as string]
    copy[index] = b
    copy[other] = a
  }
  return copy
}
