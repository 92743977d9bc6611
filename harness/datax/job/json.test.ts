import { describe, expect, test } from 'vitest'
import { jdbcUrl, maskJdbcUrl, parseJdbcUrl } from './jdbc-url.ts'
import { JobSyntaxError, parseJson } from './json.ts'
import { nodeAt, Places, plainOf, textOf } from './json-node.ts'
import { parseParameters, substitute } from './variables.ts'

describe('the JSON dialect', () => {
  test('comments and trailing commas are taken, the last of equal keys wins', () => {
    const node = parseJson('{ // one\n "a": 1, /* two\n */ "a": [2, 3,], "u": "\\u00e9\\n", }')
    expect(plainOf(node)).toEqual({ a: [2, 3], u: 'é\n' })
    expect(textOf(nodeAt(node, 'a', 1) as never)).toBe('3')
  })

  test('numbers keep their digits', () => {
    expect(textOf(parseJson('123456789012345678901234567890'))).toBe('123456789012345678901234567890')
  })

  test.each([
    ['', 'the file is empty', 0],
    ['#stream2stream.json\n{}', '"#" stands where a value should', 0],
    ['{} x', 'there is text after the closing brace', 3],
    ['{"a": 1', 'the file ends where "," or "}" should stand', 7],
    ['{"a', 'the file ends inside a text in quotes', 3],
    ['{"a": \u0000}', '"\\u0000" stands where a value should', 6],
    ['{a: 1}', '"a" stands where a key in double quotes should', 1],
    ['['.repeat(300), 'the job is nested more than 200 levels deep', 201],
  ])('%j is refused with its place', (text, message, offset) => {
    const error = (() => {
      try {
        return parseJson(text)
      } catch (caught) {
        return caught
      }
    })()
    expect(error).toBeInstanceOf(JobSyntaxError)
    expect((error as JobSyntaxError).detail).toBe(message)
    expect((error as JobSyntaxError).offset).toBe(offset)
  })

  test('places count lines and columns from 1', () => {
    const places = new Places('a\nbc\n')
    expect([0, 2, 3, 5].map(offset => places.of(offset))).toEqual([
      { line: 1, column: 1 },
      { line: 2, column: 1 },
      { line: 2, column: 2 },
      { line: 3, column: 1 },
    ])
  })
})

describe('variables', () => {
  test('are replaced in the text, a bare name also at the beginning of a longer one', () => {
    expect(substitute('$aa-$aab-${aab}', { aa: 'AA' })).toBe('AA-AAb-${aab}')
    expect(substitute('${a} ${b} ${user.name} $1', { a: 'x', b: ' ' })).toBe('x ${b} ${user.name} $1')
  })

  test('come as -Dname=value', () => {
    expect(parseParameters('-Da=1 -Db="two words" -Dc=x=y')).toEqual({ a: '1', b: 'two words', c: 'x=y' })
    expect(() => parseParameters('-Da=1 stray')).toThrow('"stray"')
  })
})

describe('JDBC URLs', () => {
  test('are read, made and masked', () => {
    expect(parseJdbcUrl('jdbc:mysql://db.example/city?useSSL=false')).toEqual({
      ...{ dialect: 'mysql', host: 'db.example', port: 3306, database: 'city', options: { useSSL: 'false' } },
    })
    const url = jdbcUrl({ dialect: 'postgres', host: '127.0.0.1', port: 5433, database: 'a b' })
    expect(parseJdbcUrl(url)).toMatchObject({ host: '127.0.0.1', port: 5433, database: 'a b' })
    expect(maskJdbcUrl('jdbc:postgresql://h:1/d?user=u&password=geheim&x=1')).toBe(
      'jdbc:postgresql://h:1/d?user=u&password=***&x=1',
    )
    expect(() => parseJdbcUrl('jdbc:oracle:thin:@h?password=geheim')).toThrow('password=***')
  })
})
