import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** Every row of the seed's tables, and every endpoint, as its cases and docs/datax.md name it. */
const SEED: readonly string[] = [
  ...['id', 'source_name', 'description', 'db_name', 'username', 'password', 'db_type', 'insert_time'].map(
    column => `1.1 datasource.${column}`,
  ),
  '1.2.1 /api/datasource/save',
  '1.2.2 /api/datasource/update',
  '1.2.3 /api/datasource/delete',
  '1.2.4 /api/datasource/query',
  '1.2.5 /api/datasource/ping',
  '1.2.6 /api/datasource/columns',
  '1.2.7 /api/datasource/list',
  ...['id', 'db_type', 'query_sql', 'ping', 'is_delete', 'insert_time'].map(column => `1.3 columns_query.${column}`),
  '1.3 columns_query row 1 mysql',
  '1.3 columns_query row 2 oracle',
  ...['id', 'config_name', 'config_path', 'is_delete', 'insert_time', 'content'].map(
    column => `2.1 json_config.${column}`,
  ),
  '2.2.1 /api/config/save',
  '2.2.2 /api/config/update',
  '2.2.3 /api/config/delete',
  '2.2.4 /api/config/query',
  ...['id', 'exec_name', 'exec_result', 'insert_date'].map(column => `3.1 exec_log.${column}`),
  '3.2.1 /api/config/exec',
  '3.2.2 addLog',
  '3.2.3 /api/config/logs',
  '3.2.3 /api/config/log has',
  '3.2.4 /api/config gives',
  'part three, 2.2 /api/config/list',
]
/** Endpoints that can be asked wrongly: each has a step that does. */
const BAD = [
  '1.2.1 save -',
  '1.2.2 update -',
  '1.2.3 delete -',
  '1.2.4 query -',
  '1.2.5 ping -',
  '1.2.6 columns -',
].concat(
  ['1.2.7 list -', '2.2.1 save -', '2.2.2 update -', '2.2.3 delete -', '3.2.1 exec -', '3.2.3 logs -', '3.2.3 log -'],
  ['3.2.4 /api/config -'],
)

const steps = globSync('cases/datax/platform*.case.yaml').flatMap(file =>
  [...readFileSync(file, 'utf8').matchAll(/^\s+- name: (.+)$/gm)].map(match => match[1] as string),
)
const guide = readFileSync('docs/datax.md', 'utf8')

test('the steps are found', () => expect(steps.length).toBeGreaterThan(60))

test.each(SEED)('%s has a step of its name', row => {
  const [section, name = ''] = [row.slice(0, row.indexOf(' ')), row.slice(row.indexOf(' ') + 1)]
  const named = steps.filter(step => step.startsWith(section) && new RegExp(`${name}(?![\\w/])`).test(step))
  expect(named).not.toEqual([])
})

test.each(BAD)('%s is asked wrongly, too', prefix => {
  expect(steps.filter(step => step.startsWith(prefix))).not.toEqual([])
})

test.each(SEED.map(row => row.replace(/ (has|gives)$/, '')))('docs/datax.md says which case has %s', row => {
  expect(guide).toContain(`| ${row} |`)
})
