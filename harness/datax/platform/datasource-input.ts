import { z } from 'zod'
import { id, integer, label, line } from './fields.ts'
import { pageShape } from './paging.ts'

export const DB_TYPES = ['mysql', 'postgresql', 'greenplum', 'oracle'] as const

const description = z.string().max(2000)
const password = z.string().max(1000)
const dbType = z.enum(DB_TYPES)
/** A name or an address, and no path: a driver would take that for a socket of this machine. */
const host = line.regex(/^[\p{L}\p{N}._:%-]*$/u, 'must be the name or the address of a host')

/** The seed writes user and database in one place, username and db_name in another: both are taken. */
const both = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value
  const { user, database, ...rest } = value as Record<string, unknown>
  return {
    ...rest,
    ...(user === undefined || 'username' in rest ? {} : { username: user }),
    ...(database === undefined || 'db_name' in rest ? {} : { db_name: database }),
  }
}

const account = { host, port: integer(1, 65_535), db_name: line, username: line, password, db_type: dbType }
const source = z.strictObject({
  source_name: line,
  description: description.default(''),
  ...account,
  project_name: label.default(''),
  uid: label.default(''),
})

export const saveInput = z.preprocess(both, source)

export const updateInput = z.preprocess(
  both,
  z.strictObject({
    ...{ id, source_name: line.optional(), description: description.optional(), host: host.optional() },
    ...{ port: account.port.optional(), db_name: line.optional(), username: line.optional() },
    ...{ password: password.optional(), db_type: dbType.optional() },
    ...{ project_name: label.optional(), uid: label.optional() },
  }),
)

/** What is to be reached, saved or not. A stored password goes where it was stored for: beside an id there is nothing else. */
export const pingInput = z.preprocess(
  both,
  z
    .strictObject({
      ...{ id: id.optional(), source_name: label.optional(), description: description.optional() },
      ...{ host: host.optional(), port: account.port.optional(), db_name: line.optional() },
      ...{ username: line.optional(), password: password.optional(), db_type: dbType.optional() },
      ...{ project_name: label.optional(), uid: label.optional() },
    })
    .superRefine((value, context) => {
      const say = (path: string, message: string): void =>
        context.addIssue({ code: 'custom', path: [path], message, input: value })
      if (value.id !== undefined) {
        for (const name of Object.keys(value)) if (name !== 'id') say(name, 'has no place beside id')
      } else
        for (const name of Object.keys(account))
          if (!Object.hasOwn(value, name)) say(name, 'is needed where there is no id')
    }),
)

export const queryInput = z.strictObject({
  ...pageShape,
  db_type: dbType.optional(),
  project_name: z.string().optional(),
  uid: z.string().optional(),
})
export const listInput = z.strictObject({ db_type: dbType.optional() })
export const columnsInput = z
  .strictObject({ id, tableName: line.optional(), table_name: line.optional() })
  .refine(value => (value.tableName === undefined) !== (value.table_name === undefined), {
    path: ['tableName'],
    message: 'one of tableName and table_name is needed',
  })

/** A datasource as it is given; ping does without its name. */
export type Source = z.infer<typeof source>
