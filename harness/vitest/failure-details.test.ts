import { expect, test } from 'vitest'
import type { RowDifferences, StepResult } from '../report/model.ts'
import { Rig, stepsOf } from '../run/testing/rig.ts'
import { failureDetails } from './failure-details.ts'

async function details(...lines: string[]): Promise<string[]> {
  using rig = new Rig(stepsOf(...lines))
  const { steps, error } = (await rig.attempt()).attempt
  return failureDetails(steps, error ?? { code: '', message: '' })
}

test('a join that ends names itself, not the background step that was ended with it', async () => {
  expect(
    await details(
      '- name: the writer',
      '  sleep: { ms: 999000 }',
      '  background: writer',
      '- name: is it done',
      '  join: writer',
      '  timeout: 1s',
    ),
  ).toEqual(['in step "is it done"'])
})

test('a background step that failed by itself is named by the join that brought it', async () => {
  expect(
    await details(
      '- name: the writer',
      '  fail: { message: no room }',
      '  background: writer',
      '- name: meanwhile',
      '  say: x',
      '- name: is it done',
      '  join: writer',
    ),
  ).toEqual(['in step "the writer"'])
})

test('rows that differ are shown with their key and both values', async () => {
  using rig = new Rig(stepsOf('- say: x', '  expect: y'))
  const { steps, error } = (await rig.attempt()).attempt
  const rows: RowDifferences = {
    table: 'orders',
    left: 'primary orders',
    right: 'replicas.0 orders',
    columns: ['id', 'item', 'sum'],
    key: ['id'],
    totals: { compared: 3, changed: 1, onlyLeft: 1, onlyRight: 0 },
    examples: [
      { kind: 'changed', left: ['7', 'a', null], right: ['7', 'x'.repeat(99), ''], differing: [1, 2] },
      { kind: 'only left', left: ['8', 'b', '1'], differing: [] },
    ],
  }
  expect(failureDetails([{ ...steps[0], rows: [rows] } as StepResult], error ?? { code: '', message: '' })).toEqual([
    'in step "say"',
    `replicas.0 orders id "7"  item "a" | "${'x'.repeat(60)}…"; sum NULL | ""`,
    'replicas.0 orders id "8"  only left',
  ])
})
