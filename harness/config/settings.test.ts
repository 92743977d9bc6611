import { expect, test } from 'vitest'
import { z } from 'zod'
import { formatError } from '../errors.ts'
import { commaList, flag, integer, port, secretText, text } from './fields.ts'
import { parseIni } from './ini-file.ts'
import { checkSettings, readSettings } from './settings.ts'

const SCHEMA = z.strictObject({
  server: z.strictObject({
    host: text(),
    port: port(),
    password: secretText(),
    names: commaList(text()).default([]),
    ready: flag().default(true),
    tries: integer({ min: 0 }).optional(),
  }),
  other: z.strictObject({ ports: commaList(port()) }).optional(),
})

const check = (lines: string, environment = {}) => checkSettings(parseIni(lines, 'conf/x.ini'), SCHEMA, environment)

function message(lines: string, environment = {}): string {
  try {
    check(lines, environment)
  } catch (error) {
    return formatError(error)
  }
  return 'it was accepted'
}

const GOOD = ['[server]', 'host = 10.0.0.1', 'port = 3306', 'password = a#b;c=d']

test('values, lists, comments and secrets', () => {
  const settings = check(
    ['# first', ...GOOD, '; comment', 'names = a, b ,c', 'ready: Off', '', '[other]', 'ports=1,65535'].join('\r\n'),
  )
  expect(settings.server).toMatchObject({ host: '10.0.0.1', port: 3306, names: ['a', 'b', 'c'], ready: false })
  expect(settings.server.password.reveal()).toBe('a#b;c=d')
  expect(JSON.stringify(settings)).not.toContain('a#b')
  expect(settings.other?.ports).toEqual([1, 65535])
})

test('a quoted value keeps its spaces, an empty list is empty', () => {
  const settings = check(['[server]', 'host=h', 'port=1', 'password = " x "', 'names ='].join('\n'))
  expect(settings.server.password.reveal()).toBe(' x ')
  expect(settings.server.names).toEqual([])
})

test('the environment is put in, once', () => {
  const lines = ['[server]', 'host = db-${env:ZONE}.local', 'port = 1', 'password = ${env:PW}'].join('\n')
  const settings = check(lines, { ZONE: 'a', PW: '${env:ZONE}' })
  expect(settings.server.host).toBe('db-a.local')
  expect(settings.server.password.reveal()).toBe('${env:ZONE}')
  expect(message(lines, { ZONE: 'a' })).toBe(
    'ASSAY_CONFIG_ENV  conf/x.ini:4  [server] password: environment variable PW is not set',
  )
})

test.each([
  [
    ['[server]', 'host = h', 'prot = 1', 'password = x'],
    'ASSAY_CONFIG_MISSING_KEY  conf/x.ini:1  [server] has no key "port"; did you mean "prot"?',
  ],
  [
    [...GOOD, 'readdy = on'],
    'ASSAY_CONFIG_UNKNOWN_KEY  conf/x.ini:5  [server] has an unknown key "readdy"; did you mean "ready"?',
  ],
  [[...GOOD, '[othr]'], 'ASSAY_CONFIG_UNKNOWN_KEY  conf/x.ini:5  unknown section [othr]; did you mean "other"?'],
  [
    [...GOOD, '[other]', 'prots = 1', 'ports = 1'],
    'ASSAY_CONFIG_UNKNOWN_KEY  conf/x.ini:6  [other] has an unknown key "prots"; did you mean "ports"?',
  ],
  [[], 'ASSAY_CONFIG_MISSING_KEY  conf/x.ini  section [server] is missing'],
  [
    ['[server]', 'host = h', 'password = x', 'port = 70000'],
    'ASSAY_CONFIG_VALUE  conf/x.ini:4  [server] port "70000" is not a whole number from 1 to 65535',
  ],
  [['[server]', 'host =', 'password = x', 'port = 7'], 'ASSAY_CONFIG_VALUE  conf/x.ini:2  [server] host "" is empty'],
  [[...GOOD, 'names = a,,b'], 'ASSAY_CONFIG_VALUE  conf/x.ini:5  [server] names "a,,b" has an item 2 that is empty'],
  [[...GOOD, 'ready = maybe'], 'ASSAY_CONFIG_VALUE  conf/x.ini:5  [server] ready "maybe" is not true or false'],
  [[...GOOD, 'host = again'], 'ASSAY_CONFIG_SYNTAX  conf/x.ini:5  "host" comes twice in [server]; first in line 2'],
  [[...GOOD, '[server]'], 'ASSAY_CONFIG_SYNTAX  conf/x.ini:5  section [server] comes twice; it began in line 1'],
  [['host = h'], 'ASSAY_CONFIG_SYNTAX  conf/x.ini:1  "host" stands before the first [section]'],
  [['[server]', 'what'], 'ASSAY_CONFIG_SYNTAX  conf/x.ini:2  "what" is neither [section] nor key = value'],
  [
    ['[server]', 'password hunter2 3'],
    'ASSAY_CONFIG_SYNTAX  conf/x.ini:2  "password …" is neither [section] nor key = value',
  ],
] as const)('%j', (lines, expected) => {
  expect(message(lines.join('\n'))).toBe(expected)
})

test('a file that is not there', () => {
  expect(() => readSettings('conf/absent.ini', SCHEMA)).toThrow('conf/absent.ini does not exist')
})
