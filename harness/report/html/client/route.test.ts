import { expect, test } from 'vitest'
import { hashOf, parseRoute, type Route } from './route.ts'

test.each<[string, Route]>([
  ['#/', { page: 'overview', query: '' }],
  ['#/?q=s:failed%20@ha', { page: 'overview', query: 's:failed @ha' }],
  [
    '#/case/embedded/KL-HA-001%5Bsignal%3DSIGKILL%5D?attempt=2&step=5',
    { page: 'case', key: 'embedded/KL-HA-001[signal=SIGKILL]', attempt: 2, step: 5 },
  ],
  ['#/case/real/%E6%95%B0%3Fa%23b%26c', { page: 'case', key: 'real/数?a#b&c', attempt: undefined, step: undefined }],
])('%s', (hash, route) => {
  expect(parseRoute(hash)).toEqual(route)
  expect(hashOf(route)).toBe(hash)
})

test('what people type by hand works too', () => {
  expect(parseRoute('#/case/KL-HA-001[a=b]?step=0&attempt=x')).toEqual({
    page: 'case',
    key: 'KL-HA-001[a=b]',
    attempt: undefined,
    step: undefined,
  })
  expect(parseRoute('#/case/50%')).toMatchObject({ key: '50%' })
  expect(parseRoute('')).toEqual({ page: 'overview', query: '' })
})
