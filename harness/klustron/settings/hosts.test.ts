import { expect, test } from 'vitest'
import { nodesInOrder, randomNodes } from './hosts.ts'

const HOSTS = ['a', 'b', 'c', 'd']

test('hosts are drawn at random, distinct, and as a list even when there is one', () => {
  expect(randomNodes(1, HOSTS)).toHaveLength(1)
  expect(new Set(randomNodes(4, HOSTS)).size).toBe(4)
  const drawn = new Set(Array.from({ length: 200 }, () => randomNodes(1, HOSTS)[0]))
  expect([...drawn].sort()).toEqual(HOSTS)
})

test('too few hosts are an error, unless they may be used again; a host named twice counts once', () => {
  expect(() => randomNodes(5, HOSTS)).toThrow('5 hosts are needed and there are 4')
  expect(() => randomNodes(2, ['a', 'a'])).toThrow('2 hosts are needed and there are 1')
  expect(() => randomNodes(1, [], { reuse: true })).toThrow('there are 0')
  const reused = randomNodes(6, HOSTS, { reuse: true })
  expect(reused).toHaveLength(6)
  expect(new Set(reused).size).toBe(4)
})

test('the least used hosts come first, unused ones before all, ties in the order of the list', () => {
  expect(nodesInOrder(3, HOSTS, { a: 2, b: 1, d: 1 })).toEqual(['c', 'b', 'd'])
  expect(() => nodesInOrder(5, HOSTS, {})).toThrow('5 hosts are needed')
})
