import type { Listed, Listing } from './types.ts'

/** Every object of a list, page by page through the cursor: `for await (const block of listAll('blocks', query => client.blocks(query)))`. */
export async function* listAll<Name extends string, T>(
  name: Name,
  list: (query: Listing) => Promise<Listed<Name, T>>,
  limit = 1000,
): AsyncGenerator<T> {
  let next: string | undefined
  do {
    const page = await list(next === undefined ? { limit } : { limit, next })
    yield* page[name]
    next = page.next ?? undefined
  } while (next !== undefined)
}
