import { type Scenario, scenario } from './scenario.ts'
import { PAIR_SCENARIOS } from './type-pairs.ts'
import { by, EQUAL, one } from './verdicts.ts'

/** A table of one value on each side, in PostgreSQL, and what the two modes say. */
function values(type: string, left: string, right: string): { readonly left: string; readonly right: string } {
  return {
    left: `create table T (id int primary key, v ${type}); insert into T values (1, ${left})`,
    right: `create table T (id int primary key, v ${type}); insert into T values (1, ${right})`,
  }
}

/** What `exact` and `by-value` call equal, type by type; docs/compare.md lists them. */
export const POLICY_SCENARIOS: readonly Scenario[] = [
  scenario('1.0 and 1.00, exact', ['postgres'], { ...values('numeric', '1.0', '1.00'), expected: one(['v'], 1) }),
  scenario('1.0 and 1.00, by value', ['postgres'], { ...values('numeric', '1.0', '1.00'), ...by, expected: EQUAL }),
  scenario('-0 and 0, exact', ['postgres'], { ...values('float8', "'-0'", "'0'"), expected: one(['v'], 1) }),
  scenario('-0 and 0, by value', ['postgres'], { ...values('float8', "'-0'", "'0'"), ...by, expected: EQUAL }),
  scenario('NaN and NaN', ['postgres'], { ...values('float8', "'NaN'", "'NaN'"), expected: EQUAL }),
  scenario('NaN and NaN, by value', ['postgres'], { ...values('float8', "'NaN'", "'NaN'"), ...by, expected: EQUAL }),
  scenario('NaN and NULL', ['postgres'], { ...values('float8', "'NaN'", 'null'), expected: one(['v']) }),
  scenario('infinity and NULL', ['postgres'], { ...values('timestamp', "'infinity'", 'null'), expected: one(['v']) }),
  scenario('infinity and -infinity', ['postgres'], {
    ...values('date', "'infinity'", "'-infinity'"),
    expected: one(['v']),
  }),
  scenario('before and after Christ', ['postgres'], {
    ...values('date', "'0044-03-15 BC'", "'0044-03-15'"),
    expected: one(['v']),
  }),
  scenario('a day and 24 hours, exact', ['postgres'], {
    ...values('interval', "'1 day'", "'24:00'"),
    expected: one(['v'], 1),
  }),
  scenario('a day and 24 hours, by value', ['postgres'], {
    ...values('interval', "'1 day'", "'24:00'"),
    ...by,
    expected: EQUAL,
  }),
  ...(
    [
      ['numeric', '1.5', '-1.5'],
      ['numeric', "'NaN'", 'null'],
      ['numeric', "'NaN'", '0'],
      ['bigint', '1', '4294967296'],
      ['bigint', '0', '4294967297'],
      ['timestamp', "'2000-01-01 00:00:00.000001'", "'2000-01-01 01:11:34.967296'"],
      ['float8', '0', 'null'],
      ['interval', "'1 day'", "'-1 day'"],
      ['boolean', 'false', 'null'],
      ['text', "''", 'null'],
      ['jsonb', '\'{"a": 1}\'', '\'{"a": -1}\''],
    ] as const
  ).flatMap(([type, left, right]) =>
    // PostgreSQL's own hash of a record calls these the same
    [{}, by].map(more =>
      scenario(`${type}: ${left} and ${right}, ${more === by ? 'by value' : 'exact'}`, ['postgres'], {
        ...values(type, left, right),
        ...more,
        expected: one(['v']),
      }),
    ),
  ),
  scenario('numbers in jsonb written differently, exact', ['postgres'], {
    ...values('jsonb', '\'{"a": 1.0}\'', '\'{"a": 1.00}\''),
    expected: one(['v'], 1),
  }),
  scenario('numbers in jsonb written differently, by value', ['postgres'], {
    ...values('jsonb', '\'{"a": 1.0}\'', '\'{"a": 1.00}\''),
    ...by,
    expected: EQUAL,
  }),
  scenario('spaces in json, strict', ['postgres', 'mysql'], {
    ...values('json', '\'{"a": 1, "b": 2}\'', '\'{"b":2,  "a":1}\''),
    expected: one(['v'], 1),
  }),
  scenario('spaces in json, by value', ['postgres', 'mysql'], {
    ...values('json', '\'{"a": 1, "b": 2}\'', '\'{"b":2,  "a":1}\''),
    ...by,
    expected: EQUAL,
  }),
  scenario('json that differs, by value', ['postgres', 'mysql'], {
    ...values('json', '\'{"a": 1}\'', '\'{"a": 2}\''),
    ...by,
    expected: one(['v']),
  }),
  scenario('json and jsonb, semantic', ['postgres'], {
    left: values('json', '\'{"b":2,"a":1}\'', '').left,
    right: values('jsonb', '', '\'{"a": 1, "b": 2}\'').right,
    options: { json: 'semantic' },
    expected: EQUAL,
  }),
  scenario('json across engines, semantic', ['across'], {
    left: 'create table T (id int primary key, v jsonb); insert into T values (1, \'{"b": 2, "a": [1.0, "é"]}\'), (2, \'{"a": 1}\')',
    right:
      'create table T (id int primary key, v json); insert into T values (1, \'{"a":[1, "é"],"b":2.0}\'), (2, \'{"a":2}\')',
    options: { json: 'semantic' },
    expected: one(['v']),
  }),
  scenario('json across engines, strict', ['across'], {
    left: 'create table T (id int primary key, v json); insert into T values (1, \'{"a":1}\'), (2, \'{"a": 1}\')',
    right: 'create table T (id int primary key, v json); insert into T values (1, \'{"a":1}\'), (2, \'{"a":1}\')',
    expected: one(['v'], 1),
  }),
  scenario('spaces at the end of varchar', 'all', {
    left: "create table T (id int primary key, v varchar(9)); insert into T values (1, 'a')",
    right: "create table T (id int primary key, v varchar(9)); insert into T values (1, 'a ')",
    expected: one(['v']),
  }),
  scenario('padding of char against varchar', 'all', {
    left: "create table T (id int primary key, v char(9)); insert into T values (1, 'a')",
    right: "create table T (id int primary key, v varchar(9)); insert into T values (1, 'a')",
    expected: EQUAL,
  }),
  scenario('keys that a collation calls equal', ['mysql'], {
    left: "create table T (k varchar(9) character set utf8mb4 collate utf8mb4_general_ci primary key, v int); insert into T values ('A', 1), ('b', 2)",
    right:
      "create table T (k varchar(9) character set utf8mb4 collate utf8mb4_general_ci primary key, v int); insert into T values ('a', 1), ('b', 2)",
    expected: { verdict: 'different', onlyLeft: 1, onlyRight: 1 },
  }),
  scenario('string keys under different collations', ['postgres'], {
    left: `create table T (k text collate "C" primary key, v int); insert into T values ('a-b', 1), ('ab', 2), ('Ä', 3), ('a', 4)`,
    right: `create table T (k text primary key, v int); insert into T values ('a', 4), ('Ä', 3), ('ab', 9), ('a-b', 1)`,
    expected: one(['v']),
  }),
  scenario('string keys across engines', ['across'], {
    left: "create table T (k text primary key, v int); insert into T values ('a', 1), ('a ', 2), ('数', 3), ('it''s', 4)",
    right:
      "create table T (k varchar(99) character set utf8mb4 collate utf8mb4_nopad_bin primary key, v int); insert into T values ('a', 1), ('a ', 2), ('数', 9), ('it''s', 4)",
    expected: one(['v']),
  }),
  scenario('uuid keys, upper and lower case', ['across'], {
    left: "create table T (k uuid primary key, v int); insert into T values ('00112233-4455-6677-8899-aabbccddeeff', 1), ('00112233-4455-6677-8899-aabbccddee00', 1)",
    right:
      "create table T (k char(36) primary key, v int); insert into T values ('00112233-4455-6677-8899-AABBCCDDEEFF', 1), ('00112233-4455-6677-8899-aabbccddee00', 2)",
    expected: one(['v']),
  }),
  scenario('columns of many character sets and collations', ['mysql'], {
    both: `create table T (id int primary key, a varchar(9) character set utf8mb4 collate utf8mb4_bin, b varchar(9) character set utf8mb4 collate utf8mb4_general_ci,
      c varchar(9) character set latin1, d varchar(9) character set gbk, e varchar(9) character set utf8mb3 collate utf8mb3_unicode_ci, f varchar(9) character set ascii, g char(9) character set utf16);
      insert into T values (1, '数', 'é', 'é', '数', 'é', 'a', '数'), (2, 'a', 'A', 'b', 'c', 'd', 'e', 'f')`,
    right: "update T set e = 'è' where id = 1; update T set b = 'a' where id = 2",
    expected: { verdict: 'different', changed: 2, columns: ['b', 'e'] },
  }),
  scenario('zero dates and NULL', ['mysql'], {
    left: "create table T (id int primary key, v date, w datetime); set sql_mode = ''; insert into T values (1, '0000-00-00', '0000-00-00'), (2, '2020-00-00', '0000-00-00')",
    right:
      "create table T (id int primary key, v date, w datetime); set sql_mode = ''; insert into T values (1, null, '0000-00-00'), (2, '2020-00-00', '0000-00-00')",
    expected: one(['v']),
  }),
  scenario('a zero date across engines', ['across'], {
    left: 'create table T (id int primary key, v date); insert into T values (1, null)',
    right: "create table T (id int primary key, v date); set sql_mode = ''; insert into T values (1, '0000-00-00')",
    expected: one(['v']),
  }),
  scenario('a 2 in tinyint(1)', ['across'], {
    left: 'create table T (id int primary key, v boolean); insert into T values (1, true)',
    right: 'create table T (id int primary key, v tinyint(1)); insert into T values (1, 2)',
    expected: one(['v']),
  }),
  scenario('enums and composites created in another order', ['postgres'], {
    left: "drop type if exists mood, pairing, positive; create type mood as enum ('sad', 'glad'); create type pairing as (a int, b text); create domain positive as int check (value > 0); create table T (id int primary key, m mood, p pairing, d positive, ms mood[]); insert into T values (1, 'sad', (1, 'x'), 5, '{glad}')",
    right:
      "drop type if exists mood, pairing, positive, another; create type another as enum ('z'); create type pairing as (a int, b text); create type mood as enum ('glad', 'sad'); create domain positive as int check (value > 0); create table T (id int primary key, m mood, p pairing, d positive, ms mood[]); insert into T values (1, 'sad', (1, 'x'), 5, '{glad}')",
    expected: EQUAL,
  }),
  scenario('passwords are not shown', 'all', {
    left: "create table T (id int primary key, password varchar(9)); insert into T values (1, 'old')",
    right: "create table T (id int primary key, password varchar(9)); insert into T values (1, 'new')",
    expected: one(['password']),
  }),
  ...PAIR_SCENARIOS,
]
