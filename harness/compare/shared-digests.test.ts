import { expect, test } from 'vitest'
import type { Chunks } from './buckets.ts'
import { SharedDigests } from './shared-digests.ts'

/** Notes who read, and gives what it is told to. */
function reader(said: string[], who: string, outcome: Promise<Chunks>) {
  return () => {
    said.push(who)
    return outcome
  }
}

const chunks = (name: string) => name as unknown as Chunks

test('the first reads, the others get the same; another key is another digest', async () => {
  const said: string[] = []
  const shared = new SharedDigests(3)
  const of = (key: string, who: string) =>
    shared.of(key, reader(said, who, Promise.resolve(chunks(`${key} by ${who}`))))
  expect(await Promise.all([of('t', 'a'), of('t', 'b'), of('u', 'b')])).toEqual(['t by a', 't by a', 'u by b'])
  expect(await of('t', 'c')).toBe('t by a')
  // all of them have had it
  expect(await of('t', 'd')).toBe('t by d')
  expect(said).toEqual(['a', 'b', 'd'])
})

test('where the first fails, another reads by itself', async () => {
  const said: string[] = []
  const shared = new SharedDigests(2)
  const first = shared.of('t', reader(said, 'a', Promise.reject(new Error('its replica has gone'))))
  const second = shared.of('t', reader(said, 'b', Promise.resolve(chunks('by b'))))
  await expect(first).rejects.toThrow('its replica has gone')
  expect(await second).toBe('by b')
})

test('nothing is kept for one user', async () => {
  const said: string[] = []
  const shared = new SharedDigests(1)
  for (const who of ['a', 'b']) await shared.of('t', reader(said, who, Promise.resolve(chunks(who))))
  expect(said).toEqual(['a', 'b'])
})
