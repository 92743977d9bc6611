import { SourceMap } from 'node:module'
import { expect, test } from 'vitest'
import { loadForTest } from '../cases/testing.ts'
import { emit } from './emit.ts'

const TEXT = `suite: demo/emit
tags: [slow]
retry: { attempts: 2, only_on: infrastructure }
cases:
  - id: A
    name: moves $(n)
    tags: [nightly, slow]
    matrix: { n: [1, .nan] }
    steps:
      - log: "one"
      - name: two
        log: two
`

const { code, map } = emit({ file: loadForTest(TEXT), id: '/p/x.case.yaml', text: TEXT, runtime: '/assay/runtime.ts' })
const lines = code.split('\n')
const sources = new SourceMap(map as never)
const origin = (line: number) => {
  const entry = sources.findEntry(line, 0) as { originalSource: string; originalLine: number; originalColumn: number }
  return `${entry.originalSource}:${entry.originalLine + 1}:${entry.originalColumn + 1}`
}
const at = (start: string, nth = 0) =>
  lines.flatMap((line, index) => (line.startsWith(start) ? [index] : []))[nth] as number

test('one test for each cell, at the line of the case', () => {
  expect(lines.filter(line => line.startsWith('test(')).map(line => line.slice(0, line.indexOf(',')))).toEqual([
    'test("A moves 1 [n=1]"',
    'test("A moves NaN [n=NaN]"',
  ])
  expect(origin(at('test('))).toBe('/p/x.case.yaml:5:9')
  expect(origin(at('test(', 1))).toBe('/p/x.case.yaml:5:9')
  expect(origin(at('describe('))).toBe('/p/x.case.yaml:1:8')
})

test('one awaited line for each step, at its own', () => {
  expect(origin(at('await run.step(0)'))).toBe('/p/x.case.yaml:10:9')
  expect(origin(at('await run.step(1)'))).toBe('/p/x.case.yaml:11:9')
  expect(origin(at('await run.step(1)', 1))).toBe('/p/x.case.yaml:11:9')
})

test('tags once each, attempts, and time for all of them beyond that of the steps', () => {
  const options = lines[at('test(')] as string
  expect(options).toContain('"tags":["slow","nightly"]')
  expect(options).toContain(`"timeout":${3 * 22 * 60_000}`)
  expect(code).toContain('if (attempt < 2 && run.retryable) continue')
})

test('numbers that JSON does not know survive', () => {
  expect(code).toContain('"cells":[{"n":1},{"n":NaN}]')
})

test('the module is JavaScript whatever the case file says', () => {
  const nasty = 'suite: "s\\"\\u2028`${x}"\ncases:\n  - { id: A, name: "</script> \'\\\\", steps: [log: "\\0"] }'
  const emitted = emit({ file: loadForTest(nasty), id: '/p/x', text: nasty, runtime: 'r' }).code
  const body = emitted.split('\n').slice(1).join('\n')
  const names: string[] = []
  new Function('caseModule', 'describe', 'test', body)(
    () => ({ hooks() {} }),
    (name: string, define: () => void) => {
      names.push(name)
      define()
    },
    (name: string) => names.push(name),
  )
  expect(names).toEqual(['s"\u2028`${x}', "A </script> '\\"])
})
