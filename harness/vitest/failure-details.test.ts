import { expect, test } from 'vitest'
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
