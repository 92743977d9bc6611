import type { ReaderPlugin, WriterPlugin } from './plugin.ts'
import { mysqlDriver } from './rdbms/mysql/driver.ts'
import { postgresDriver } from './rdbms/postgres/driver.ts'
import { rdbmsReader } from './rdbms/reader.ts'
import { rdbmsWriter } from './rdbms/writer.ts'
import { streamReader } from './stream-reader.ts'
import { streamWriter } from './stream-writer.ts'
import { txtFileReader } from './txtfile/reader.ts'
import { txtFileWriter } from './txtfile/writer.ts'

const byName = <T extends { readonly name: string }>(all: readonly T[]): Readonly<Record<string, T>> =>
  Object.fromEntries(all.map(one => [one.name, one]))

/** What the in-process engine has. */
export const READERS: Readonly<Record<string, ReaderPlugin>> = byName([
  streamReader,
  txtFileReader,
  rdbmsReader('mysqlreader', mysqlDriver),
  rdbmsReader('postgresqlreader', postgresDriver),
])
export const WRITERS: Readonly<Record<string, WriterPlugin>> = byName([
  streamWriter,
  txtFileWriter,
  rdbmsWriter('mysqlwriter', mysqlDriver),
  rdbmsWriter('postgresqlwriter', postgresDriver),
])
