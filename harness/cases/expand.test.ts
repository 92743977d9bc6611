import { expect, test } from 'vitest'
import { cellLabel, expandMatrix } from './expand.ts'

test('every combination, in the order it is written', () => {
  expect(expandMatrix({ signal: ['KILL', 'STOP'], n: [1, 2] }, []).map(cellLabel)).toEqual([
    'signal=KILL, n=1',
    'signal=KILL, n=2',
    'signal=STOP, n=1',
    'signal=STOP, n=2',
  ])
})

test('without leaves out what fits all it names; a map is meant by its name or as a whole', () => {
  const table = [
    { name: 'orders', rows: 3 },
    { name: 'wide', rows: 2 },
  ]
  const cells = (without: Record<string, unknown>[]) =>
    expandMatrix({ table, mode: ['full', 'part'] }, without).map(cellLabel)
  expect(cells([{ table: 'wide', mode: 'part' }])).toEqual([
    'table=orders, mode=full',
    'table=orders, mode=part',
    'table=wide, mode=full',
  ])
  expect(cells([{ table: { name: 'wide', rows: 2 } }])).toEqual(['table=orders, mode=full', 'table=orders, mode=part'])
  expect(cells([{ mode: 'full' }, { mode: 'part' }])).toEqual([])
  // an entry that names nothing would leave out everything
  expect(cells([{}])).toHaveLength(4)
})

test('one empty cell without axes, none with an empty axis', () => {
  expect(expandMatrix({}, [])).toEqual([{}])
  expect(expandMatrix({ a: [1], b: [] }, [])).toEqual([])
})

test('labels of every kind of value', () => {
  expect(cellLabel({ a: 'x', b: 1, c: true, d: null, e: { id: 7 }, f: { x: 1 }, g: [1] })).toBe(
    'a=x, b=1, c=true, d=null, e=7, f={"x":1}, g=[1]',
  )
})
