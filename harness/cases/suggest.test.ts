import { expect, test } from 'vitest'
import { didYouMean, nearest } from './suggest.ts'

test.each([
  ['expct', 'expect'],
  ['eventualy', 'eventually'],
  ['slq', 'sql'],
  ['SQL', 'sql'],
  ['on', 'on'],
])('%s is near %s', (word, candidate) => {
  expect(nearest(word, ['name', 'eventually', 'expect', 'sql', 'on'])).toBe(candidate)
})

test('nothing is suggested where nothing is near', () => {
  expect(nearest('frobnicate', ['sql', 'wait'])).toBeUndefined()
  expect(nearest('xy', ['on'])).toBeUndefined()
  expect(didYouMean('frobnicate', ['sql'])).toBe('')
})

test('the nearest wins, and of two as near the first', () => {
  expect(nearest('compare.row', ['compare.schema', 'compare.rows'])).toBe('compare.rows')
  expect(didYouMean('tags2', ['tagsa', 'tagsb'])).toBe('; did you mean "tagsa"?')
})
