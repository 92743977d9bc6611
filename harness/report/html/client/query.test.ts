import { expect, test } from 'vitest'
import type { PageCase } from '../payload.ts'
import { matches, parseQuery, searchable } from './query.ts'

const ONE: PageCase = {
  key: 'real/KL-HA-001[signal=SIGKILL]',
  id: 'KL-HA-001',
  name: 'committed rows survive SIGKILL',
  suite: 'klustron/failover',
  tier: 'real',
  system: 'klustron',
  file: 'cases/klustron/failover.case.yaml',
  line: 3,
  owner: 'storage',
  tags: ['ha', 'Nightly'],
  targets: ['klustron.cluster'],
  verdict: 'limit broken',
  duration: 1,
  attempts: 1,
  message: 'p99 is 61',
  block: 0,
  at: 0,
}
const found = (query: string) => matches(searchable(ONE, 'new failure'), parseQuery(query))

test.each([
  'survive sigkill',
  '"rows survive"',
  's:limit',
  's:limit-broken',
  's:"limit broken"',
  's:failed,limit',
  's:bad',
  's:new',
  '@ha',
  '@nightly',
  'tag:ha',
  'owner:stor',
  'o:storage',
  'target:real',
  't:klustron',
  'target:klustron.cluster',
  'id:kl-ha',
  'file:failover',
  'suite:failover',
  '-s:passed',
  '-@perf s:bad p99',
  'signal=',
  's:',
  '',
])('finds by %j', query => expect(found(query)).toBe(true))

test.each([
  's:failed',
  's:passed',
  '@h',
  '@perf',
  '-@ha',
  'owner:orage',
  'target:cluster',
  'id:001',
  'nothing',
  'survive nothing',
  '-survive',
])('does not find by %j', query => expect(found(query)).toBe(false))

test('a colon that names nothing is text', () => {
  expect(parseQuery('127.0.0.1:3306')).toEqual([{ kind: 'text', value: '127.0.0.1:3306', not: false }])
})
