/** Tables that are moved, with SQL that fills them. */
export type Shape = { readonly name: string; readonly columns: string; readonly fill: (rows: number) => string }

/** Ten columns of the usual types, with newlines, quotes, backslashes and Chinese: 383 MB for 2,000,000 rows. */
export const W10: Shape = {
  name: 'w10',
  columns:
    '(id bigint primary key, k int, ts timestamp, tz timestamptz, n numeric(18,4), f float8, flag bool, s varchar(64), txt text, u uuid)',
  fill: rows => `insert into w10 select i, i % 1000, timestamp '2026-01-01' + i * interval '1 second', timestamptz '2026-01-01 00:00Z' + i * interval '1.5 second',
    i / 7.0, sqrt(i), i % 2 = 0, 'name ' || md5(i::text), E'line\\n"' || i || E'" \\\\ 数据库', md5(i::text)::uuid from generate_series(1, ${rows}) i`,
}

/** Three short columns. */
export const NARROW: Shape = {
  name: 'narrow',
  columns: '(id bigint, k int, at timestamp)',
  fill: rows =>
    `insert into narrow select i, i % 1000, timestamp '2026-01-01' + i * interval '1 second' from generate_series(1, ${rows}) i`,
}

/** Texts of 20 KB that do not compress, kept beside the table. */
export const TOAST: Shape = {
  name: 'toast',
  columns: '(id bigint primary key, body text)',
  fill: rows => `alter table toast alter body set storage external;
    insert into toast select i, (select string_agg(md5(i::text || j), '') from generate_series(1, 640) j) from generate_series(1, ${rows}) i`,
}
