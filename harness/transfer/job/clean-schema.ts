import { postgresDialect } from '../../sql/dialect.ts'

export const DEFAULT_SCHEMA = 'assay_transfer'

/** Numeric seconds of the phases, each its own column. */
export const PHASE_COLUMNS = ['connect', 'preflight', 'begin', 'copy', 'verify', 'publish', 'commit'] as const

/** The control tables of `assay transfer init`, in SQL of Greenplum 6 and later. Runs again without harm. */
export function cleanSchema(schema = DEFAULT_SCHEMA): string {
  const s = postgresDialect.identifier(schema)
  return `
create schema ${s};
create table ${s}.job (
  name         text primary key,
  active       boolean not null default true,
  -- where the next window starts
  window_start timestamp not null,
  -- 4 hours, 1 day, PT30M, P1M
  step         text not null,
  -- where the last window ends; null: never
  final_end    timestamp,
  lease_owner  text,
  lease_until  timestamptz,
  changed      timestamptz not null default now()
);
create table ${s}.job_table (
  job           text not null,
  table_schema  text not null,
  table_name    text not null,
  into_schema   text,
  into_name     text,
  window_column text not null,
  -- s, ms or us for a column of whole numbers
  epoch         text,
  -- replace, append or merge
  mode          text not null default 'replace',
  merge_key     text[],
  late_column   text,
  late_look_back text,
  active        boolean not null default true,
  -- the end of the last window that was moved
  watermark     timestamp,
  changed       timestamptz not null default now(),
  primary key (job, table_schema, table_name)
);
create table ${s}.history (
  job          text not null,
  table_schema text not null,
  table_name   text not null,
  window_from  timestamp not null,
  window_to    timestamp not null,
  slice        text not null,
  owner        text not null,
  status       text not null,
  exported     bigint,
  transferred  bigint,
  loaded       bigint,
  verified     bigint,
  deleted      bigint,
  bytes        bigint,
  digest       text,
  error_code   text,
  error        text,
  ${PHASE_COLUMNS.map(name => `${name}_seconds numeric(12,5),`).join(' ')}
  seconds      numeric(12,5) not null,
  at           timestamptz not null default clock_timestamp()
)`
}
