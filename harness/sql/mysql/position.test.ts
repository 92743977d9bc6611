import { expect, test } from 'vitest'
import { commandsOf } from './commands.ts'
import { findPosition } from './position.ts'

const near = (text: string, line: number) =>
  `You have an error in your SQL syntax; check the manual that corresponds to your MariaDB server version for the right syntax to use near '${text}' at line ${line}`

test('the quoted rest is found where it reaches to the end', () => {
  const text = 'select a from b;\nselect x from b'
  expect(findPosition(text, 1064, near('x from b', 1))).toBe(text.lastIndexOf('x from b'))
})

test('of several places for a rest that was cut, the one on its line', () => {
  const rest = 'abcdefghij'.repeat(8)
  const text = `select ${rest},\n${rest}, 1`
  expect(findPosition(text, 1064, near(rest, 2))).toBe(text.lastIndexOf(rest))
})

test('an empty rest is the end of the text', () => {
  expect(findPosition('select (1\n', 1064, near('', 1))).toBe(9)
})

test('a rest that is not in the text gives no place', () => {
  expect(findPosition('select 1', 1064, near('zzz', 1))).toBeUndefined()
})

test('a quoted name is found as a whole word', () => {
  expect(findPosition('select x.id, x.i from x', 1054, "Unknown column 'x.i' in 'SELECT'")).toBe(15)
  expect(findPosition('select 1', 1062, "Duplicate entry '1' for key 'PRIMARY'")).toBeUndefined()
})

test('the commands of a text', () => {
  expect(commandsOf('select \';\'; -- insert;\n/* x; */ update `a;b` set c = "d;\\";"; # drop;\n')).toEqual([
    'SELECT',
    'UPDATE',
  ])
  expect(commandsOf('')).toEqual([])
})
