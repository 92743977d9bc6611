import type { DataxCode } from '../errors.ts'

/** Everything that `assay datax check` can say. Codes are stable. */
export const FINDINGS = {
  DATAX_SYNTAX: 'The file is not JSON in DataX’s dialect.',
  DATAX_TOO_LARGE: 'The file is too large to be a job.',
  DATAX_MISSING: 'Something that the job needs is not there.',
  DATAX_UNKNOWN_KEY: 'DataX ignores this key in silence.',
  DATAX_DUPLICATE_KEY: 'The key stands twice; only the last counts.',
  DATAX_TYPE: 'The value has the wrong type.',
  DATAX_VALUE: 'The value is not one that is allowed.',
  DATAX_CONTENT: 'DataX runs only the first entry of content.',
  DATAX_SETTING_PLACE: 'setting stands where DataX does not look for it.',
  DATAX_NO_SPEED: 'The job has no speed, and dies with Framework-03.',
  DATAX_SPEED_CORE: 'byte or record need what core.transport.channel.speed allows one channel.',
  DATAX_SPEED_IGNORED: 'channel is ignored beside byte or record.',
  DATAX_NO_ERROR_LIMIT: 'Without errorLimit DataX drops any number of records and exits with 0.',
  DATAX_ERROR_LIMIT: 'percentage is ignored beside record.',
  DATAX_PLUGIN: 'The plugin is not known.',
  DATAX_JDBC_FORM: 'A reader takes a list of URLs, a writer one.',
  DATAX_JDBC_URL: 'The JDBC URL is not one of MySQL or PostgreSQL.',
  DATAX_COLUMN_COUNT: 'Reader and writer have not the same number of columns.',
  DATAX_COLUMN_STAR: '"*" must stand alone.',
  DATAX_TABLE_QUERY: 'table and querySql exclude each other.',
  DATAX_PRE_SQL_TABLE: 'preSql clears another table than the one that is written.',
  DATAX_SPLIT_PK: 'The splitPk is not usable.',
  DATAX_SPLIT_COLLATION: 'Ranges of a text splitPk need the collation C.',
  DATAX_PASSWORD: 'A password stands in the job file.',
  DATAX_TRANSFORMER: 'The transformer fails, or does not do what it says.',
  DATAX_VARIABLE: 'A variable is not set, and stays as it is.',
} as const

export type FindingCode = keyof typeof FINDINGS

export type Finding = {
  readonly code: FindingCode
  /** An error makes DataX fail, or do something else than the file says; a warning is worth a thought. */
  readonly severity: 'error' | 'warning'
  readonly message: string
  readonly line: number
  readonly column: number
  readonly hint?: string
  /** The code with which the engine fails on it, where it does. */
  readonly dataxCode?: DataxCode
}

/** `job.json:3:7  error  DATAX_UNKNOWN_KEY  unknown key …` and the hint below. */
export function showFinding(file: string, finding: Finding): string {
  const { line, column, severity, code, message, hint } = finding
  const first = `${file}:${line}:${column}  ${severity}  ${code}  ${message}`
  return hint === undefined ? first : `${first}\n  ${hint}`
}
