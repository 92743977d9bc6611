import { expect, test } from 'vitest'
import { maskJob, secretVariables, unmaskJob } from './job-secrets.ts'

const JOB = `{
  // password=comment-secret
  "job": {"content": [{"reader": {"parameter": {
    "username": "root", "password" /* here */ : "secret-1", "pass\\u0077ord": "secret-2", "*password": "secret-3",
    "accessKey": "secret-4", "password": 12345678, "jdbcUrl": ["jdbc:mysql://h/d?user=a&password=secret-5&x=1"],
    "preSql": ["alter user a identified by 'secret-6'"], "token": {"inner": ["secret-7"]}, "ftpPassword": "secret-8", "column": ["password"]
  }}, "writer": {"parameter": {"password": "\${pw}", "jdbcUrl": "jdbc:mysql://h/d?password=\${url_pw}"}}}]}}`

test('whatever is secret is masked, however it is written, and the rest stays', () => {
  const masked = maskJob(JOB)
  expect(masked).not.toMatch(/secret-\d|comment-secret|12345678/)
  expect(masked).toContain('"password" /* here */ : "***"')
  expect(masked).toContain('"column": ["password"]')
  expect(masked).toContain('"password": "${pw}"')
  expect(masked).toContain('?user=a&password=***&x=1')
})

test('a masked text comes back as it was, and what was changed in it stays changed', () => {
  const masked = maskJob(JOB)
  const { text, lost } = unmaskJob(
    masked.replace('"root"', '"other"').replace('"column": [', '"column": [ "id", '),
    JOB,
  )
  expect(lost).toEqual([])
  expect(maskJob(text)).toBe(maskJob(JOB).replace('"root"', '"other"').replace('"column": [', '"column": [ "id", '))
  for (const one of ['secret-1', 'secret-2', 'secret-3', 'secret-4', 'secret-5', 'secret-6', 'secret-7', 'secret-8'])
    expect(text).toContain(one)
  expect(text).toContain('"password": 12345678')
})

test('a new password is kept, and a mask where there was none is lost', () => {
  expect(unmaskJob('{"password": "new"}', '{"password": "old"}')).toEqual({ text: '{"password": "new"}', lost: [] })
  expect(unmaskJob('{"password": "***"}', '{"password": "old"}').text).toBe('{"password": "old"}')
  expect(unmaskJob('{"other": {"password": "***"}}', '{"password": "old"}').lost).toEqual([23])
  expect(unmaskJob('{"password": "***"}', '{"password": "${pw}"}').lost).toEqual([13])
})

test('variables are secret by their name, or where a password stands', () => {
  const isSecret = secretVariables(
    '{"password": "${pg}", "jdbcUrl": "jdbc:mysql://h/d?password=${my}", "where": "a=${day}", "p": "$x"}',
  )
  expect(['pg', 'my', 'day', 'x', 'db_password'].filter(isSecret)).toEqual(['pg', 'my', 'db_password'])
})

test('a text that is no job is masked as text', () => {
  expect(maskJob('{"password": "geheim"')).toBe('{"password": ***')
})
