import { expect, test } from 'vitest'
import { ProgressLines } from './compare-progress.ts'

function lines(terminal: boolean) {
  let time = 0
  const written: string[] = []
  const progress = new ProgressLines({
    write: text => written.push(text),
    terminal,
    every: 5_000,
    now: () => time,
    columns: 60,
  })
  return { progress, written, at: (now: number) => (time = now) }
}

const digest = (text: string) => ({ done: 1, all: 3, table: 'orders', now: { phase: 'digest', text } }) as const

test('a terminal shows each step on one line, and how long it takes; at the end the line is empty', () => {
  const { progress, written, at } = lines(true)
  progress.show(digest('left 100, right 0'))
  at(2_000)
  progress.tick()
  at(5_400)
  progress.tick()
  progress.show(digest('a text that is much longer than the terminal has columns'))
  progress.end()
  expect(written.map(text => text.replaceAll('\r\u001b[K', '<'))).toEqual([
    '<1 of 3 tables: orders: left 100, right 0, 0 s',
    '<1 of 3 tables: orders: left 100, right 0, 5 s',
    '<1 of 3 tables: orders: a text that is much longer than the ',
    '<',
  ])
})

test('elsewhere plain lines come no oftener than they were asked for, and short comparisons print none', () => {
  const { progress, written, at } = lines(false)
  progress.show(digest('left 100, right 0'))
  at(4_999)
  progress.show(digest('left 200, right 0'))
  progress.tick()
  expect(written).toEqual([])
  at(5_000)
  progress.tick()
  progress.show(digest('left 300, right 0'))
  at(11_000)
  progress.show({ done: 2, all: 3, table: 'customers' })
  progress.end()
  expect(written).toEqual(['1 of 3 tables: orders: left 200, right 0, 5 s\n', '2 of 3 tables: customers, 11 s\n'])
})

test('of a single table no number of tables is told', () => {
  const { progress, written } = lines(true)
  progress.show({ done: 0, all: 1, table: 'orders', now: { phase: 'keys', text: '3 of 9 buckets differ' } })
  expect(written.join('')).toContain('\u001b[Korders: 3 of 9 buckets differ, 0 s')
})
