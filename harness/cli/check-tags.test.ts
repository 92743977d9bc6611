import { expect, test } from 'vitest'
import { checkTags } from './check-tags.ts'

const TAGS = ['tour', 'slow', 'nightly', 'sql.types']

test.each(['tour', 'tour and not slow', '(tour || slow) && !nightly', 'night*', 'sql.types'])(
  'an expression of tags that there are: %s',
  expression => expect(() => checkTags(expression, TAGS)).not.toThrow(),
)

test.each([
  ['tours', 'no tag is called "tours"; did you mean "tour"?'],
  ['tour and not slwo', 'no tag is called "slwo"; did you mean "slow"?'],
  ['sqlxtypes', 'no tag is called "sqlxtypes"; did you mean "sql.types"?'],
  ['ha*', 'no tag is called "ha*"; there are nightly, slow, sql.types, tour'],
  ['not', '--tags names no tag: "not"'],
])('another is wrong usage: %s', (expression, message) => {
  expect(() => checkTags(expression, TAGS)).toThrow(expect.objectContaining({ code: 'ASSAY_USAGE', message }))
})

test('a config without tags is told so', () => {
  expect(() => checkTags('tour', [])).toThrow('no tag is called "tour"; assay.config.ts has none')
})
