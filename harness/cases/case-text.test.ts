import { describe, expect, test } from 'vitest'
import { CaseText } from './case-text.ts'

/** The character that the place of `offset` in the text under `key` points at, and the two after it. */
function pointedAt(yaml: string, offset: number, key = 'sql'): string {
  const source = new CaseText('x.yaml', yaml)
  const { line = 0, column = 0 } = source.textPlace([key], offset)
  return (yaml.split('\n')[line - 1] ?? '').slice(column - 1, column + 2)
}

/** The places of `word` in the value and in the file must be the same word. */
function finds(yaml: string, word: string, key = 'sql'): void {
  const { value } = new CaseText('x.yaml', yaml)
  const text = (value as Record<string, string>)[key] as string
  expect(text, 'the value holds the word').toContain(word)
  expect(pointedAt(yaml, text.indexOf(word), key)).toBe(word.slice(0, 3))
}

describe('a place inside a text', () => {
  test.each([
    ['a literal block', 'sql: |\n  select 1;\n  select nope\n'],
    ['a literal block that begins with blank lines', 'sql: |\n\n   \n    select 1\n      , nope\n'],
    ['a literal block with a comment and chomping', 'sql: |- # why\n  one\n  nope'],
    ['a literal block with an indent of its own', 'sql: |2\n    two more\n    nope\n'],
    ['a literal block under a list', '- x\n- |\n    nope\n'],
    ['a literal block with CRLF', 'sql: |\r\n  select 1;\r\n\r\n  select nope\r\n'],
    ['a literal block with tabs inside', 'sql: |\n  select\t1,\n  \tnope\n'],
    ['a literal block with blank lines inside', 'sql: |\n  a\n\n\n  nope\n'],
    ['a folded block', 'sql: >\n  select 1,\n  2,\n  nope\n'],
    ['a folded block with paragraphs', 'sql: >-\n\n  select\n\n  1,\n    more\n  nope\n'],
    ['a folded block with CRLF', 'sql: >\r\n  select 1,\r\n  nope\r\n'],
    ['a plain text', 'sql: select nope'],
    ['a plain text over lines', 'sql: select 1,\n  2,\n\n  nope\nz: 1'],
    ['double quotes', 'sql: "select nope"'],
    ['double quotes with escapes', String.raw`sql: "a\tb \"c\" \u00e9 \x41 \U0001F600 nope"`],
    ['double quotes over lines', 'sql: "select 1,\n  2, \\\n  nope"'],
    ['single quotes', "sql: 'it''s ''so'' nope'"],
    ['single quotes over lines', "sql: 'a\n  b\n\n  nope'"],
  ])('%s', (_, yaml) => {
    if (yaml.startsWith('- ')) {
      const source = new CaseText('x.yaml', yaml)
      expect(source.textPlace([1], 0)).toEqual({ file: 'x.yaml', line: 3, column: 5 })
    } else finds(yaml, 'nope')
  })

  test('beyond its end is where it ends', () => {
    const source = new CaseText('x.yaml', 'sql: abc\nz: 1\n')
    expect(source.textPlace(['sql'], 99)).toEqual({ file: 'x.yaml', line: 1, column: 9 })
  })

  test('of what is no text is where the value begins', () => {
    expect(new CaseText('x.yaml', 'a: { b: 1 }').textPlace(['a', 'b'], 3)).toMatchObject({ line: 1, column: 9 })
  })
})

describe('places of values and keys', () => {
  const source = new CaseText(
    'x.yaml',
    'suite: s\r\ncases:\r\n  - id: A\r\n    steps:\r\n      - log: { text: hi }\r\n',
  )
  test.each([
    [['suite'], 1, 8],
    [['cases', 0], 3, 5],
    [['cases', 0, 'id'], 3, 9],
    [['cases', 0, 'steps', 0, 'log', 'text'], 5, 22],
    // what is not there is at its nearest parent
    [['cases', 0, 'nothing', 'below'], 3, 5],
    [['cases', 7], 3, 3],
    [[], 1, 1],
  ] as const)('value at %j', (path, line, column) => {
    expect(source.place(path)).toEqual({ file: 'x.yaml', line, column })
  })

  test.each([
    [['suite'], 1, 1],
    [['cases', 0, 'steps'], 4, 5],
    [['cases', 0, 'steps', 0, 'log', 'text'], 5, 16],
  ] as const)('key at %j', (path, line, column) => {
    expect(source.keyPlace(path)).toEqual({ file: 'x.yaml', line, column })
  })

  test('a tab counts as one column', () => {
    expect(new CaseText('x.yaml', 'a:\tb').place(['a'])).toMatchObject({ line: 1, column: 4 })
  })
})

describe('values', () => {
  test('integers beyond 2^53 are text, so that no digit is lost', () => {
    const { value } = new CaseText('x', 'a: 9007199254740993\nb: 9007199254740991\nc: 0x10\nd: -0\ne: 1.5')
    expect(value).toEqual({ a: '9007199254740993', b: 9007199254740991, c: 16, d: 0, e: 1.5 })
  })

  test('the words of YAML 1.1 are texts', () => {
    expect(new CaseText('x', '{ a: yes, b: on, c: 010 }').value).toEqual({ a: 'yes', b: 'on', c: 10 })
  })

  test('nulls and special numbers are themselves', () => {
    expect(new CaseText('x', '{ a: ~, b: , c: .nan, d: -.inf }').value).toEqual({
      a: null,
      b: null,
      c: Number.NaN,
      d: Number.NEGATIVE_INFINITY,
    })
  })
})

test.each([
  ['a: [1, 2', 1, 9],
  ['a: 1\n b: 2', 1, 4],
  ['a: 1\na: 2', 2, 1],
  ['a:\n\t- b', 2, 1],
  ['a: "x', 1, 6],
  ['--- 1\n--- 2', 2, 1],
  ['a: *nobody', 1, 4],
])('%j is not YAML, and the place is told', (text, line, column) => {
  expect(() => new CaseText('x.yaml', text)).toThrow(
    expect.objectContaining({ code: 'ASSAY_CASE_YAML', where: { file: 'x.yaml', line, column } }),
  )
})

test('what YAML calls by another name has a hint', () => {
  expect(() => new CaseText('x.yaml', 'name: one: two')).toThrow(
    expect.objectContaining({ hint: expect.stringContaining('in quotes') }),
  )
})

test('aliases that make too much of themselves are refused', () => {
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]']
  for (const [index, name] of [...'bcdefg'].entries()) {
    const of = 'abcdefg'[index]
    bomb.push(`${name}: &${name} [*${of}, *${of}, *${of}, *${of}, *${of}, *${of}]`)
  }
  expect(() => new CaseText('x.yaml', bomb.join('\n'))).toThrow(expect.objectContaining({ code: 'ASSAY_CASE_YAML' }))
})
