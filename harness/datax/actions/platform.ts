import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { type ActionContext, defineAction } from '../../actions/define-action.ts'
import { ActionError } from '../../errors.ts'
import { Secret } from '../../log/secret.ts'
import { folderName, platformFolder } from './platform-folder.ts'

export const postAction = defineAction({
  name: 'datax.post',
  about:
    'Posts to the data-sync platform, and gives { status, data, error }. Unlike `http` it sends the passwords that references hold in the clear. A status other than `status` (any 2xx) fails the step, with the answer’s code as class.',
  input: z.strictObject({
    url: z.string(),
    json: z.record(z.string(), z.unknown()),
    status: z.int().optional(),
  }),
  result: z.object({ status: z.number(), data: z.unknown(), error: z.unknown() }),
  examples: [
    '- datax.post:\n    url: $(api)/api/datasource/ping\n    json: { host: $(target.postgres.source.host), port: $(target.postgres.source.port), user: $(target.postgres.source.user), password: $(target.postgres.source.password), database: $(target.postgres.source.database), db_type: postgresql }\n  expect: { data: { ok: true } }',
  ],
  async run({ url, json, status }, context) {
    const answer = await fetch(url, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' }, signal: context.signal },
      body: inTheClear(json),
    })
    const { data = null, error = null } = (await answer.json()) as {
      readonly data?: unknown
      readonly error?: { readonly code: string; readonly message: string } | null
    }
    if (status === undefined ? !answer.ok : answer.status !== status)
      throw new ActionError('ASSAY_HTTP', `POST ${url} answered ${answer.status}: ${error?.message ?? 'no error'}`, {
        ...{ systemCode: answer.status, class: error?.code ?? 'http_status', data: { status: answer.status, error } },
      })
    return { status: answer.status, data, error }
  },
})

function inTheClear(json: unknown): string {
  return JSON.stringify(json, function (this: unknown, key: string, value: unknown) {
    const original = (this as Record<string, unknown>)[key]
    return original instanceof Secret ? original.reveal() : value
  })
}

export const platformSqlAction = defineAction({
  name: 'datax.platform_sql',
  about:
    'Runs one statement on the database of a platform of this case (SQLite), and gives { columns, rows, changes }: what a case cannot see through the interface.',
  input: z.strictObject({
    sql: z.string(),
    folder: folderName.optional().describe('Of `datax.serve`. Default platform'),
  }),
  result: z.object({
    columns: z.array(z.string()),
    rows: z.array(z.record(z.string(), z.unknown())),
    changes: z.number(),
  }),
  examples: [
    '- datax.platform_sql: { sql: "select db_type, ping from columns_query" }\n  expect: { rows: { contains: { db_type: oracle } } }',
  ],
  async run({ sql, folder = 'platform' }, context: ActionContext) {
    const db = new DatabaseSync(join(platformFolder(context, folder), 'platform.db'))
    try {
      db.exec('pragma busy_timeout = 5000')
      const statement = db.prepare(sql)
      const columns = statement.columns().map(column => column.name)
      if (columns.length === 0) return { columns, rows: [], changes: Number(statement.run().changes) }
      return { columns, rows: statement.all().map(row => ({ ...row })), changes: 0 }
    } catch (error) {
      throw new ActionError('ASSAY_SQL', (error as Error).message, { cause: error })
    } finally {
      db.close()
    }
  },
})
