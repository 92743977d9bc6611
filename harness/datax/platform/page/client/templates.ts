type End = { readonly name: string; readonly parameter: unknown }

const setting = { speed: { channel: 1 }, errorLimit: { record: 0 } }
const COLUMNS = ['id', 'city_name']

const account = { username: 'root', password: '${password}' }
const reader = (dialect: string, port: number): End => ({
  name: `${dialect}reader`,
  parameter: {
    ...account,
    column: COLUMNS,
    connection: [{ table: ['city'], jdbcUrl: [`jdbc:${dialect}://127.0.0.1:${port}/source`] }],
  },
})
const writer = (dialect: string, port: number): End => ({
  name: `${dialect}writer`,
  parameter: {
    ...account,
    column: COLUMNS,
    connection: [{ table: ['city'], jdbcUrl: `jdbc:${dialect}://127.0.0.1:${port}/destination` }],
  },
})
const streamReader: End = {
  name: 'streamreader',
  parameter: {
    sliceRecordCount: 10,
    column: [
      { type: 'long', value: '10' },
      { type: 'string', value: 'hello，你好，世界-DataX' },
    ],
  },
}
const streamWriter: End = { name: 'streamwriter', parameter: { print: true } }
const fileWriter: End = {
  name: 'txtfilewriter',
  parameter: { path: '/tmp/out', fileName: 'city', writeMode: 'truncate', fileFormat: 'csv' },
}

const PAIRS: Readonly<Record<string, readonly [End, End]>> = {
  'stream to stream': [streamReader, streamWriter],
  'MySQL to PostgreSQL': [reader('mysql', 3306), writer('postgresql', 5432)],
  'PostgreSQL to MySQL': [reader('postgresql', 5432), writer('mysql', 3306)],
  'PostgreSQL to PostgreSQL': [reader('postgresql', 5432), writer('postgresql', 5432)],
  'MySQL to a text file': [reader('mysql', 3306), fileWriter],
}

export const TEMPLATES: readonly string[] = Object.keys(PAIRS)

/** A job to begin with; passwords are variables, which are given when it is run. */
export function template(name: string): string {
  const [from, to] = PAIRS[name] ?? [streamReader, streamWriter]
  return `${JSON.stringify({ job: { setting, content: [{ reader: from, writer: to }] } }, null, 2)}\n`
}

/** Names of the variables of a job, in their order. */
export function variablesOf(text: string): readonly string[] {
  return [...new Set([...text.matchAll(/\$\{(\w+)\}/g)].map(match => match[1] as string))]
}
