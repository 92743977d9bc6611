import { connect } from '../../../../sql/connect.ts'
import type { Endpoint } from '../../../../targets/target.ts'

export type Servers = { readonly source: Endpoint; readonly destination: Endpoint; readonly mysql: Endpoint }

/** The tables that scenarios read. */
export async function fill({ source, mysql }: Servers): Promise<void> {
  await sql(mysql, [
    'drop table if exists stock',
    'create table stock (id bigint primary key, name text, amount decimal(40,20), at datetime(6))',
    `insert into stock select seq, concat('thing ', seq, ' \\\\ tab\\t line\\n quote'' Köln 界 😀'), if(seq % 7 = 0, null, seq / 3),
       if(seq % 5 = 0, null, timestamp('2020-01-01') + interval seq hour + interval seq microsecond) from seq_1_to_500`,
  ])
  await sql(source, [
    'create table things (id bigint, name text, amount numeric, at timestamp)',
    `insert into things select i, 'thing ' || i || case when i % 2 = 0 then E'''s \\\\ tab\\t Köln' else '''s Köln' end, case when i % 7 = 0 then null else i / 3.0 end,
       timestamp '2020-01-01' + i * interval '1 hour' from generate_series(1, 1000) i`,
    "insert into things values (null, null, null, null), (1001, '', 0, null)",
    'create table odd (id int, ok boolean, amount double precision)',
    'insert into odd values (1, true, 1e-7), (2, false, 1.5), (3, null, null)',
    "create table loose as select i as id, case when i in (17, 400, 999) then 'x' || i else i::text end as amount from generate_series(1, 1000) i",
  ])
}

export async function sql(at: Endpoint, texts: readonly string[]): Promise<void> {
  await using session = await connect(at)
  for (const text of texts) await session.query(text)
}
