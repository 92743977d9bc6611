import { describe, expect, test } from 'vitest'
import { checkJob } from './check.ts'

const plain = (change: (job: Job) => void = () => {}): string => {
  const job: Job = {
    job: {
      setting: { speed: { channel: 1 }, errorLimit: { record: 0 } },
      content: [
        {
          reader: {
            name: 'streamreader',
            parameter: { sliceRecordCount: 1, column: [{ value: '1' }, { value: '2' }] },
          },
          writer: {
            name: 'mysqlwriter',
            parameter: {
              ...{ username: 'u', password: '${pw}', column: ['a', 'b'] },
              connection: [{ jdbcUrl: 'jdbc:mysql://h:3306/d', table: ['t'] }],
            },
          },
        },
      ],
    },
  }
  change(job)
  return JSON.stringify(job, null, 1)
}
// biome-ignore lint/suspicious/noExplicitAny: tests bend the job in ways that its type forbids
type Job = any
const params = { pw: 'x' }
const found = (text: string) => checkJob(text, params).map(one => `${one.severity} ${one.code}`)
const dbReader = (more: object) => ({
  name: 'postgresqlreader',
  parameter: {
    ...{ username: 'u', password: '${pw}', column: ['a', 'b'] },
    connection: [{ jdbcUrl: ['jdbc:postgresql://h/d'], table: ['t'] }],
    ...more,
  },
})

test('a good job has no finding', () => {
  expect(checkJob(plain(), params)).toEqual([])
})

describe('what DataX ignores in silence', () => {
  test.each<[string, (job: Job) => void, string[]]>([
    [
      'a key with a slip',
      job => {
        job.job.content[0].writer.parameter.writerMode = 'insert'
      },
      ['error DATAX_UNKNOWN_KEY'],
    ],
    [
      'splitPK',
      job => {
        job.job.content[0].reader = dbReader({ splitPK: 'a' })
      },
      ['error DATAX_UNKNOWN_KEY'],
    ],
    [
      'a second content',
      job => {
        job.job.content.push(job.job.content[0])
      },
      ['error DATAX_CONTENT'],
    ],
    [
      'a key beside job',
      job => {
        job.settings = {}
      },
      ['error DATAX_UNKNOWN_KEY'],
    ],
    [
      'a percentage beside record',
      job => {
        job.job.setting.errorLimit.percentage = 0.1
      },
      ['warning DATAX_ERROR_LIMIT'],
    ],
    [
      'no errorLimit',
      job => {
        delete job.job.setting.errorLimit
      },
      ['warning DATAX_NO_ERROR_LIMIT'],
    ],
  ])('%s', (_, change, expected) => {
    expect(found(plain(change))).toEqual(expected)
  })

  test('is told with place and the word that was meant', () => {
    const text = plain(job => {
      job.job.content[0].reader = dbReader({ splitPK: 'a' })
    })
    const finding = checkJob(text, params)[0]
    expect(finding?.message).toContain('did you mean "splitPk"?')
    expect(text.split('\n')[(finding?.line ?? 0) - 1]?.slice((finding?.column ?? 0) - 1)).toMatch(/^"splitPK"/)
  })
})

describe('what DataX fails on late', () => {
  test.each<[string, (job: Job) => void, string[]]>([
    [
      'no speed',
      job => {
        delete job.job.setting.speed
      },
      ['error DATAX_NO_SPEED'],
    ],
    [
      'channel 0',
      job => {
        job.job.setting.speed.channel = 0
      },
      ['error DATAX_NO_SPEED'],
    ],
    [
      'a speed that is a number',
      job => {
        job.job.setting.speed = 1048576
      },
      ['error DATAX_NO_SPEED'],
    ],
    [
      'byte without the core value',
      job => {
        job.job.setting.speed = { byte: 1048576 }
      },
      ['error DATAX_SPEED_CORE'],
    ],
    [
      'setting inside content',
      job => {
        job.job.content[0].setting = job.job.setting
        delete job.job.setting
      },
      ['error DATAX_NO_SPEED', 'warning DATAX_NO_ERROR_LIMIT', 'error DATAX_SETTING_PLACE'],
    ],
    [
      'a list of URLs at a writer',
      job => {
        job.job.content[0].writer.parameter.connection[0].jdbcUrl = ['jdbc:mysql://h/d']
      },
      ['error DATAX_JDBC_FORM'],
    ],
    [
      'one URL at a reader',
      job => {
        job.job.content[0].reader = dbReader({ connection: [{ jdbcUrl: 'jdbc:postgresql://h/d', table: ['t'] }] })
      },
      ['error DATAX_JDBC_FORM'],
    ],
    [
      'a URL of another database',
      job => {
        job.job.content[0].writer.parameter.connection[0].jdbcUrl = 'jdbc:postgresql://h/d'
      },
      ['error DATAX_JDBC_URL'],
    ],
    [
      'columns that differ in number',
      job => {
        job.job.content[0].writer.parameter.column = ['a']
      },
      ['error DATAX_COLUMN_COUNT'],
    ],
    [
      'an unknown plugin',
      job => {
        job.job.content[0].reader.name = 'steamreader'
      },
      ['error DATAX_PLUGIN'],
    ],
    [
      'a blank password',
      job => {
        job.job.content[0].writer.parameter.password = ''
      },
      ['error DATAX_MISSING'],
    ],
    [
      'table and querySql',
      job => {
        job.job.content[0].reader = dbReader({
          connection: [{ jdbcUrl: ['jdbc:postgresql://h/d'], table: ['t'], querySql: ['select 1'] }],
        })
      },
      ['warning DATAX_TABLE_QUERY', 'error DATAX_TABLE_QUERY'],
    ],
    [
      '* beside others',
      job => {
        job.job.content[0].writer.parameter.column = ['*', 'b']
      },
      ['error DATAX_COLUMN_STAR'],
    ],
    [
      'a wrong writeMode',
      job => {
        job.job.content[0].writer.parameter.writeMode = 'upsert'
      },
      ['error DATAX_VALUE'],
    ],
    [
      'a splitPk of two columns',
      job => {
        job.job.content[0].reader = dbReader({ splitPk: 'a,b' })
      },
      ['error DATAX_SPLIT_PK'],
    ],
    [
      'paras that are numbers',
      job => {
        job.job.content[0].transformer = [{ name: 'dx_substr', parameter: { columnIndex: 1, paras: [1, '2'] } }]
      },
      ['error DATAX_TRANSFORMER'],
    ],
    [
      'a columnIndex that is too high',
      job => {
        job.job.content[0].transformer = [{ name: 'dx_substr', parameter: { columnIndex: 2, paras: ['1', '2'] } }]
      },
      ['error DATAX_TRANSFORMER'],
    ],
  ])('%s', (_, change, expected) => {
    expect(found(plain(change))).toEqual(expected)
  })
})

test('a preSql that clears another table, and plain passwords, are worth a thought', () => {
  const text = plain(job => {
    const { parameter } = job.job.content[0].writer
    parameter.preSql = ['delete from test', 'truncate table @table', 'DELETE FROM d.`t` where a > 1']
    parameter.password = 'geheim'
    parameter.connection[0].jdbcUrl = 'jdbc:mysql://h/d?password=geheim'
  })
  const findings = checkJob(text, params)
  expect(findings.map(one => one.code)).toEqual(['DATAX_PASSWORD', 'DATAX_PASSWORD', 'DATAX_PRE_SQL_TABLE'])
  expect(JSON.stringify(findings)).not.toContain('geheim')
})

test('a password that came from outside is not warned of, also where it has quotes and backslashes', () => {
  for (const password of ['geheim', 'ge"he\\im', 'ge\theim', "ge'heim"])
    expect(checkJob(plain(), { pw: JSON.stringify(password).slice(1, -1) })).toEqual([])
})

test('a variable that is not set is told, one that is set is replaced', () => {
  expect(checkJob(plain()).map(one => one.code)).toEqual(['DATAX_VARIABLE'])
})

test.each([
  ['', 'the file is empty'],
  ['{"job": ', 'the file ends where a value should stand'],
  [' '.repeat(17 * 1024 * 1024), 'larger than'],
])('a file that is no job: %#', (text, message) => {
  const findings = checkJob(text)
  expect(findings).toHaveLength(1)
  expect(findings[0]?.message).toContain(message)
})
