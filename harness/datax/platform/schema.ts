/** The seed's four tables, with what its readings add: host, port, project_name, uid; the state, progress and counters of a run. */
export const TABLES = `
create table if not exists datasource (
  id integer primary key autoincrement, source_name text not null unique, description text not null default '',
  host text not null, port integer not null, db_name text not null, username text not null, password text not null,
  db_type text not null, project_name text not null default '', uid text not null default '', insert_time text not null);
create table if not exists columns_query (
  id integer primary key autoincrement, db_type text not null unique, query_sql text not null, ping text not null,
  is_delete integer not null default 0, insert_time text not null);
create table if not exists json_config (
  id integer primary key autoincrement, config_name text not null unique, config_path text not null,
  is_delete integer not null default 0, insert_time text not null, content text not null,
  project_name text not null default '', uid text not null default '');
create table if not exists exec_log (
  id integer primary key autoincrement, config_id integer not null, exec_name text not null, exec_result text not null default '',
  insert_time text not null, status text not null, end_time text, counters text, log_file text not null, owner text not null);
create index if not exists exec_log_of_config on exec_log (config_id, id);
create index if not exists exec_log_unfinished on exec_log (status) where status in ('queued', 'running');
`

/** Columns that came later: [table, column, definition]. */
export const ADDED: readonly (readonly [string, string, string])[] = [
  ['exec_log', 'start_time', 'text'],
  ['exec_log', 'progress', 'text'],
  ['exec_log', 'stop_wanted', 'integer not null default 0'],
]

const INFORMATION_SCHEMA =
  'SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position'

/** By type of database: how columns are asked for, and what ping runs. The name of the table is bound. */
export const QUERIES: readonly (readonly [string, string, string])[] = [
  [
    'mysql',
    'SELECT COLUMN_NAME, DATA_TYPE FROM information_schema.columns WHERE table_schema = database() AND table_name = ? ORDER BY ordinal_position',
    'show databases',
  ],
  [
    'oracle',
    'SELECT b.COLUMN_NAME, b.DATA_TYPE FROM USER_TAB_COLUMNS b, USER_COL_COMMENTS a WHERE b.TABLE_NAME = a.TABLE_NAME AND b.COLUMN_NAME = a.COLUMN_NAME AND b.TABLE_NAME = upper(:1)',
    'select table_name from user_tables',
  ],
  ['postgresql', INFORMATION_SCHEMA, 'select 1'],
  ['greenplum', INFORMATION_SCHEMA, 'select 1'],
]
