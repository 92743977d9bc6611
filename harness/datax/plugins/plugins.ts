import type { ReaderPlugin, WriterPlugin } from './plugin.ts'

type Loaders<Plugin> = Readonly<Record<string, () => Promise<Plugin>>>

/** What the in-process engine has. Each is loaded when a job names it: most jobs need no driver of another database. */
export const READERS: Loaders<ReaderPlugin> = {
  streamreader: async () => (await import('./stream-reader.ts')).streamReader,
  txtfilereader: async () => (await import('./txtfile/reader.ts')).txtFileReader,
  mysqlreader: async () => (await import('./rdbms/mysql/plugins.ts')).mysqlReader,
  postgresqlreader: async () => (await import('./rdbms/postgres/plugins.ts')).postgresReader,
}

export const WRITERS: Loaders<WriterPlugin> = {
  streamwriter: async () => (await import('./stream-writer.ts')).streamWriter,
  txtfilewriter: async () => (await import('./txtfile/writer.ts')).txtFileWriter,
  mysqlwriter: async () => (await import('./rdbms/mysql/plugins.ts')).mysqlWriter,
  postgresqlwriter: async () => (await import('./rdbms/postgres/plugins.ts')).postgresWriter,
}
