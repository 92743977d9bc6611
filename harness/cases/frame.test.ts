import { expect, test } from 'vitest'
import { codeFrame } from './frame.ts'

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `line ${index + 1}`).join('\n')

test('shows two lines before and after, and a caret under the column', () => {
  expect(codeFrame(numbered(12), { line: 9, column: 6 })).toBe(
    [' 7 | line 7', ' 8 | line 8', ' 9 | line 9', '   |      ^', '10 | line 10', '11 | line 11'].join('\n'),
  )
})

test('ends where the file does, at both ends', () => {
  expect(codeFrame('only', { line: 1, column: 1 })).toBe('1 | only\n  | ^')
  expect(codeFrame(numbered(3), { line: 3 })).toBe('1 | line 1\n2 | line 2\n3 | line 3')
})

test('keeps tabs before the caret, and gives wide characters two columns', () => {
  expect(codeFrame('\t\tname', { line: 1, column: 3 })).toBe('1 | \t\tname\n  | \t\t^')
  expect(codeFrame('名前: x', { line: 1, column: 5 })).toBe('1 | 名前: x\n  |       ^')
})

test('does not show the carriage return of CRLF', () => {
  expect(codeFrame('a\r\nb\r\n', { line: 2, column: 1 })).toBe('1 | a\n2 | b\n  | ^\n3 |')
})
