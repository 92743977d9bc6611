import type { SqlDialect } from './dialect.ts'

type ClassRow = {
  readonly name: string
  /** SQLSTATE, or the first two characters of one for all that no other row names. */
  readonly postgres?: readonly string[]
  /** The server's error number (MySQL and MariaDB), which tells apart what their SQLSTATEs do not. */
  readonly mysql?: readonly number[]
  readonly about: string
}

/**
 * Portable names of what a database refuses, for both protocols. docs/sql.md shows this table; a case names them
 * under `fails: { class }`.
 */
export const ERROR_CLASSES: readonly ClassRow[] = [
  { name: 'unique_violation', postgres: ['23505'], mysql: [1022, 1062, 1586, 1859], about: 'A key exists already.' },
  {
    name: 'foreign_key_violation',
    postgres: ['23503'],
    mysql: [1216, 1217, 1451, 1452],
    about: 'A referenced row is missing, or is still referenced.',
  },
  {
    name: 'not_null_violation',
    postgres: ['23502'],
    mysql: [1048, 1364],
    about: 'A column that must have a value has none.',
  },
  { name: 'check_violation', postgres: ['23514'], mysql: [3819, 4025], about: 'A CHECK does not hold.' },
  { name: 'exclusion_violation', postgres: ['23P01'], about: 'An exclusion constraint does not hold.' },
  { name: 'integrity_violation', postgres: ['23', '44'], about: 'Another integrity constraint does not hold.' },
  {
    name: 'syntax_error',
    postgres: ['42601'],
    mysql: [1064, 1065, 1136, 1149],
    about: 'The statement cannot be parsed.',
  },
  { name: 'undefined_table', postgres: ['42P01'], mysql: [1051, 1109, 1146], about: 'There is no such table or view.' },
  { name: 'undefined_column', postgres: ['42703'], mysql: [1054], about: 'There is no such column.' },
  {
    name: 'undefined_function',
    postgres: ['42883'],
    mysql: [1305, 1630],
    about: 'There is no such function or procedure.',
  },
  {
    name: 'undefined_object',
    postgres: ['42704'],
    mysql: [1091, 1193, 1243],
    about: 'There is no such type, index, setting or other object.',
  },
  { name: 'undefined_database', postgres: ['3D000'], mysql: [1008, 1049], about: 'There is no such database.' },
  { name: 'undefined_schema', postgres: ['3F000'], about: 'There is no such schema.' },
  { name: 'duplicate_table', postgres: ['42P07'], mysql: [1050], about: 'The table exists already.' },
  { name: 'duplicate_column', postgres: ['42701'], mysql: [1060], about: 'The column exists already.' },
  {
    name: 'duplicate_object',
    postgres: ['42710', '42723', '42P06'],
    mysql: [1061, 1304, 1359, 1396],
    about: 'An object of that name exists already.',
  },
  { name: 'duplicate_database', postgres: ['42P04'], mysql: [1007], about: 'The database exists already.' },
  { name: 'ambiguous_column', postgres: ['42702'], mysql: [1052], about: 'A column name fits more than one table.' },
  { name: 'type_mismatch', postgres: ['42804', '42846'], about: 'A value of this type cannot stand here.' },
  {
    name: 'access_denied',
    postgres: ['42501', '28'],
    mysql: [1044, 1045, 1142, 1143, 1227, 1370, 1698],
    about: 'The account may not do this.',
  },
  { name: 'invalid_statement', postgres: ['42'], about: 'The statement is well formed but not valid.' },
  { name: 'lock_timeout', postgres: ['55P03'], mysql: [1205, 3572], about: 'A lock was not granted in time.' },
  {
    name: 'deadlock',
    postgres: ['40P01'],
    mysql: [1213, 1614],
    about: 'The transaction was the victim of a deadlock.',
  },
  {
    name: 'serialization_failure',
    postgres: ['40001'],
    mysql: [1020],
    about: 'The transaction cannot be serialized with others; run it again.',
  },
  { name: 'transaction_rollback', postgres: ['40'], about: 'The transaction was rolled back for another reason.' },
  {
    name: 'transaction_aborted',
    postgres: ['25P02'],
    about: 'The transaction failed earlier and takes no more statements.',
  },
  {
    name: 'read_only',
    postgres: ['25006'],
    mysql: [1290, 1792, 1836],
    about: 'The server or the transaction takes no writes.',
  },
  {
    name: 'invalid_transaction_state',
    postgres: ['25'],
    mysql: [1568],
    about: 'The statement does not fit the state of the transaction.',
  },
  {
    name: 'query_canceled',
    postgres: ['57014'],
    mysql: [1317, 1969, 3024],
    about: 'The statement was cancelled or ran into its time limit.',
  },
  {
    name: 'connection_lost',
    postgres: ['08', '57P01', '57P02', '57P05'],
    mysql: [1053, 1158, 1159, 1160, 1161, 1184, 1927, 2006, 2013],
    about: 'The connection broke or was ended by the server.',
  },
  { name: 'server_starting', postgres: ['57P03'], mysql: [3168], about: 'The server takes no connections yet.' },
  {
    name: 'too_many_connections',
    postgres: ['53300'],
    mysql: [1040, 1203, 1226],
    about: 'The server takes no more connections.',
  },
  { name: 'disk_full', postgres: ['53100'], mysql: [1021, 1114], about: 'The server has no space left.' },
  { name: 'out_of_memory', postgres: ['53200'], mysql: [1037, 1038, 1041], about: 'The server has no memory left.' },
  {
    name: 'insufficient_resources',
    postgres: ['53', '54'],
    mysql: [1118, 1153],
    about: 'A limit of the server was reached.',
  },
  { name: 'division_by_zero', postgres: ['22012'], mysql: [1365], about: 'A division by zero.' },
  {
    name: 'out_of_range',
    postgres: ['22003', '22008'],
    mysql: [1264, 1690],
    about: 'A number or time is outside the range of its type.',
  },
  { name: 'value_too_long', postgres: ['22001'], mysql: [1406], about: 'A text is longer than its column.' },
  {
    name: 'invalid_value',
    postgres: ['22'],
    mysql: [1265, 1292, 1366, 1367, 1411, 3140, 3141, 4038],
    about: 'A value is not valid for its type.',
  },
  { name: 'not_supported', postgres: ['0A'], mysql: [1235, 1286, 1295], about: 'The server does not offer this.' },
  { name: 'object_in_use', postgres: ['55006'], about: 'The object is in use.' },
  { name: 'object_not_ready', postgres: ['55'], about: 'The object is not in the state that the statement needs.' },
  { name: 'raised', postgres: ['P0'], mysql: [1644], about: 'A RAISE or SIGNAL of the application.' },
  {
    name: 'internal_error',
    postgres: ['XX', '58'],
    mysql: [1030, 1815],
    about: 'The server failed in a way it does not name.',
  },
]

const byState = new Map(ERROR_CLASSES.flatMap(row => (row.postgres ?? []).map(state => [state, row.name] as const)))
const byNumber = new Map(ERROR_CLASSES.flatMap(row => (row.mysql ?? []).map(errno => [errno, row.name] as const)))

/** Sockets fail with these codes of Node, and mysql2 with the last two, when a connection is lost. */
const LOST = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETRESET', 'PROTOCOL_CONNECTION_LOST'])

/** The portable name, or `other`. `code` is what Node or the driver calls it, where the server said nothing. */
export function errorClass(
  dialect: SqlDialect,
  error: { readonly sqlState?: string; readonly errno?: number; readonly code?: string },
): string {
  const { sqlState, errno, code } = error
  if (code !== undefined && LOST.has(code)) return 'connection_lost'
  if (dialect === 'mysql') {
    const named = errno === undefined ? undefined : byNumber.get(errno)
    if (named) return named
    // MySQL reports 42000 and HY000 for very different errors, so only the precise classes are read from its SQLSTATE
    const group = sqlState?.slice(0, 2)
    return (group && !['42', 'HY'].includes(group) && byState.get(group)) || 'other'
  }
  return (sqlState && (byState.get(sqlState) ?? byState.get(sqlState.slice(0, 2)))) || 'other'
}
