/** `text`, `texts` (a list), `integer`, `bool`, `any`; `!` where it must be there. */
export type KeyType = 'text' | 'texts' | 'list' | 'integer' | 'bool' | 'map' | 'any' | 'text or texts'
export type Keys = Readonly<Record<string, KeyType | `${KeyType}!`>>

const RDBMS_READER: Keys = {
  ...{ username: 'text!', password: 'text!', connection: 'list!', column: 'texts', where: 'text', splitPk: 'text' },
  ...{ splitFactor: 'integer', fetchSize: 'integer', session: 'texts', preSql: 'texts', checkSlave: 'bool' },
  ...{ mandatoryEncoding: 'text', hint: 'text', samplePercentage: 'any', partitionName: 'text', splitMode: 'text' },
}

const RDBMS_WRITER: Keys = {
  ...{ username: 'text!', password: 'text!', connection: 'list!', column: 'texts!', writeMode: 'text' },
  ...{ preSql: 'texts', postSql: 'texts', session: 'texts', batchSize: 'integer', batchByteSize: 'integer' },
  ...{ emptyAsNull: 'bool' },
}

export const READER_KEYS: Readonly<Record<string, Keys>> = {
  streamreader: { column: 'list!', sliceRecordCount: 'integer!', haveMixupFunction: 'any' },
  txtfilereader: {
    ...{ path: 'text or texts!', encoding: 'text', column: 'list', fieldDelimiter: 'text', compress: 'text' },
    ...{ skipHeader: 'bool', nullFormat: 'text', csvReaderConfig: 'map', bufferSize: 'integer' },
  },
  mysqlreader: RDBMS_READER,
  postgresqlreader: RDBMS_READER,
}

export const WRITER_KEYS: Readonly<Record<string, Keys>> = {
  streamwriter: {
    ...{ print: 'bool', encoding: 'text', fieldDelimiter: 'text', path: 'text', fileName: 'text' },
    ...{ recordNumBeforeSleep: 'integer', sleepTime: 'integer' },
  },
  txtfilewriter: {
    ...{ path: 'text!', fileName: 'text!', writeMode: 'text!', fieldDelimiter: 'text', lineDelimiter: 'text' },
    ...{ encoding: 'text', compress: 'text', nullFormat: 'text', dateFormat: 'text', format: 'text' },
    ...{ fileFormat: 'text', header: 'texts', csvWriterConfig: 'map', byteEncoding: 'text', table: 'text' },
    ...{ quoteChar: 'text', commitSize: 'integer' },
  },
  mysqlwriter: RDBMS_WRITER,
  postgresqlwriter: RDBMS_WRITER,
}

/** Plugins of DataX that assay does not know the parameters of: their parameters are not looked at. */
export const OTHER_PLUGINS: ReadonlySet<string> = new Set(
  [
    'oracle',
    'sqlserver',
    'hdfs',
    'hbase11x',
    'mongodb',
    'clickhouse',
    'odps',
    'oss',
    'ftp',
    'rdbms',
    'doris',
    'starrocks',
    'drds',
    'db2',
    'gaussdb',
    'kingbasees',
    'oceanbasev10',
    'elasticsearch',
    'adbpg',
    'gpdb',
    'greenplum',
    'tdengine',
    'cassandra',
    'dm',
    'hive',
    'kafka',
    'sybase',
    'ots',
    'opentsdb',
    'tsdb',
    'oscar',
    'selectdb',
    'databend',
    'neo4j',
    'obhbase',
    'loghub',
    'datahub',
  ].flatMap(name => [`${name}reader`, `${name}writer`]),
)

/** Keys that DataX knows in other places of a job. */
export const PLACES: Readonly<Record<string, readonly string[]>> = {
  root: ['job', 'core', 'common', 'entry', 'plugin'],
  job: ['setting', 'content', 'preHandler', 'postHandler', 'jobInfo'],
  setting: ['speed', 'errorLimit', 'dryRun', 'keyVersion', 'restore', 'log'],
  speed: ['channel', 'byte', 'record'],
  errorLimit: ['record', 'percentage'],
  content: ['reader', 'writer', 'transformer'],
  plugin: ['name', 'parameter'],
  transformer: ['name', 'parameter'],
  transformerParameter: ['columnIndex', 'paras', 'code', 'extraPackage', 'context'],
  readerConnection: ['jdbcUrl', 'table', 'querySql'],
  writerConnection: ['jdbcUrl', 'table'],
  streamColumn: ['value', 'type', 'dateFormat', 'random', 'mixup'],
  fileColumn: ['index', 'value', 'type', 'format'],
}
