import { expect, test } from 'vitest'
import { parseOptions } from './options.ts'

const OPTIONS = { tags: { type: 'string' }, json: { type: 'boolean' } } as const

test('gives the options by name and the words in their order', () => {
  const { values, positionals } = parseOptions('run', ['one', '--tags', 'ha', 'two', '--json'], OPTIONS)
  expect({ ...values }).toEqual({ tags: 'ha', json: true })
  expect(positionals).toEqual(['one', 'two'])
})

test.each([
  [['--tag', 'ha'], 'there is no option --tag; did you mean "--tags"?'],
  [['--colour'], 'there is no option --colour'],
  [['-j'], 'there is no option -j'],
  [['--tags'], "Option '--tags <value>' argument missing"],
  [['--json=yes'], "Option '--json' does not take an argument"],
])('%j is wrong usage', (args, message) => {
  expect(() => parseOptions('run', args, OPTIONS)).toThrow(
    expect.objectContaining({ code: 'ASSAY_USAGE', message, hint: 'Run `assay help run`.' }),
  )
})
