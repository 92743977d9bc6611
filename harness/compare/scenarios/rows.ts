import { type Scenario, scenario } from './scenario.ts'

const EQUAL = { verdict: 'equal', differing: 0 } as const

const PLAIN =
  "create table T (id int primary key, a varchar(20), b varchar(20)); insert into T values (1, 'x', 'y'), (2, 'p', 'q'), (3, null, '')"

/** Differences between rows, whatever their types: what each mutant of the recipe must fall over. */
export const ROW_SCENARIOS: readonly Scenario[] = [
  scenario('equal rows in another order', 'all', {
    left: PLAIN,
    right:
      "create table T (id int primary key, a varchar(20), b varchar(20)); insert into T values (3, null, ''), (2, 'p', 'q'), (1, 'x', 'y')",
    expected: { ...EQUAL, rows: { left: 3, right: 3 }, key: ['id'] },
  }),
  scenario('one missing, one extra, one changed', 'all', {
    both: PLAIN,
    left: 'delete from T where id = 2',
    right: "delete from T where id = 1; update T set b = 'z' where id = 3",
    expected: { verdict: 'different', differing: 3, changed: 1, onlyLeft: 1, onlyRight: 1, columns: ['b'] },
  }),
  scenario('a row on the right only', 'all', {
    both: PLAIN,
    right: "insert into T values (4, 'd', 'd')",
    expected: { verdict: 'different', differing: 1, onlyRight: 1 },
  }),
  scenario('values swapped between two rows', 'all', {
    both: PLAIN,
    right:
      "update T set a = case id when 1 then 'p' else 'x' end, b = case id when 1 then 'q' else 'y' end where id < 3",
    expected: { verdict: 'different', changed: 2, columns: ['a', 'b'] },
    options: { buckets: 1 },
  }),
  scenario('changes that leave counts alike', 'all', {
    both: PLAIN,
    right: "update T set a = 'q2' where id = 2; update T set a = 'x2' where id = 1",
    expected: { verdict: 'different', changed: 2 },
  }),
  scenario('NULL, empty, and the texts that stand in for NULL', 'all', {
    both: 'create table T (id int primary key, a varchar(20))',
    left: "insert into T values (1, null), (2, null), (3, null), (4, ''), (5, null), (6, null)",
    right: "insert into T values (1, ''), (2, 'N'), (3, '<null>'), (4, 'null'), (5, 'N,'), (6, 'null,')",
    expected: { verdict: 'different', changed: 6 },
  }),
  scenario('a text that looks like the mark of NULL, against NULL', 'all', {
    both: 'create table T (id int primary key, a varchar(20), n int)',
    left: "insert into T values (1, 'null', null)",
    right: 'insert into T values (1, null, null)',
    expected: { verdict: 'different', changed: 1, columns: ['a'] },
  }),
  scenario('separators within values', 'all', {
    both: 'create table T (id int primary key, a varchar(20), b varchar(20))',
    left: "insert into T values (1, 'a|b', 'c'), (2, 'a,b', 'c'), (3, '1:a', ''), (4, 'a', 'b,N')",
    right: "insert into T values (1, 'a', 'b|c'), (2, 'a', 'b,c'), (3, '1', 'a'), (4, 'a,b', 'N')",
    expected: { verdict: 'different', changed: 4 },
  }),
  scenario('a pair of duplicates against another pair', 'all', {
    both: 'create table T (a int, b varchar(9))',
    left: "insert into T values (1, 'x'), (1, 'x'), (7, 'c')",
    right: "insert into T values (2, 'y'), (2, 'y'), (7, 'c')",
    options: { buckets: 1 },
    expected: { verdict: 'different', onlyLeft: 2, onlyRight: 2, key: [], duplicates: 2 },
  }),
  scenario('a duplicate against one', 'all', {
    both: 'create table T (a int, b varchar(9))',
    left: "insert into T values (1, 'x'), (1, 'x'), (2, 'z')",
    right: "insert into T values (1, 'x'), (2, 'z')",
    expected: { verdict: 'different', onlyLeft: 1, onlyRight: 0, duplicates: 1 },
  }),
  scenario('equal bags in another order', 'all', {
    both: 'create table T (a int, b varchar(9))',
    left: "insert into T values (1, 'x'), (2, 'z'), (1, 'x'), (null, null)",
    right: "insert into T values (null, null), (1, 'x'), (1, 'x'), (2, 'z')",
    expected: EQUAL,
  }),
  scenario('a key that is not unique', 'all', {
    both: 'create table T (k int, v varchar(9))',
    left: "insert into T values (1, 'a'), (1, 'b'), (1, 'b'), (2, 'c')",
    right: "insert into T values (1, 'b'), (1, 'a'), (1, 'd'), (2, 'c'), (2, 'c')",
    options: { key: ['k'] },
    expected: { verdict: 'different', changed: 1, onlyRight: 1, onlyLeft: 0, duplicates: 2, columns: ['v'] },
  }),
  scenario('a key that can be NULL', 'all', {
    both: 'create table T (k int, v varchar(9))',
    left: "insert into T values (null, 'a'), (1, 'b')",
    right: "insert into T values (null, 'z'), (1, 'b')",
    options: { key: ['k'] },
    expected: { verdict: 'different', changed: 1, columns: ['v'] },
  }),
  scenario('a composite key of integer, text and time', 'all', {
    both: {
      postgres: 'create table T (i int, s varchar(20), t timestamp(6), v int, primary key (i, s, t))',
      mysql: 'create table T (i int, s varchar(20) character set utf8mb4, t datetime(6), v int, primary key (i, s, t))',
    },
    left: "insert into T values (1, 'a,b', '2020-01-01 00:00:00.5', 1), (1, 'a', '2020-01-01 00:00:00', 2), (2, '数', '2020-01-01 00:00:00', 3)",
    right:
      "insert into T values (1, 'a,b', '2020-01-01 00:00:00.5', 9), (1, 'a', '2020-01-01 00:00:01', 2), (2, '数', '2020-01-01 00:00:00', 3)",
    expected: { verdict: 'different', changed: 1, onlyLeft: 1, onlyRight: 1, key: ['i', 's', 't'], columns: ['v'] },
  }),
  scenario('negative keys, large gaps', 'all', {
    both: 'create table T (id bigint primary key, v int); insert into T values (-9223372036854775808, 1), (-1, 2), (0, 3), (9223372036854775807, 4), (1000000000, 5)',
    right: 'update T set v = 0 where id in (-1, 9223372036854775807)',
    expected: { verdict: 'different', changed: 2, columns: ['v'] },
  }),
  scenario('empty and empty', 'all', {
    both: 'create table T (id int primary key)',
    expected: { ...EQUAL, rows: { left: 0, right: 0 } },
  }),
  scenario('empty and full', 'all', {
    both: PLAIN,
    left: 'delete from T',
    expected: { verdict: 'different', onlyRight: 3 },
  }),
  scenario('a condition that no row meets', 'all', {
    both: PLAIN,
    options: { left: { where: 'id > 99' }, right: { where: 'id > 99' } } as never,
    expected: { verdict: 'undecided', differing: 0 },
  }),
  scenario('a condition that leaves the difference out', 'all', {
    both: PLAIN,
    right: "update T set a = 'z' where id = 3",
    options: { left: { where: 'id < 3 or id > 5' }, right: { where: 'id < 3 or id > 5' } } as never,
    expected: { ...EQUAL, rows: { left: 2, right: 2 }, coverage: 'rows where id < 3 or id > 5' },
  }),
  scenario('columns in another order', 'all', {
    left: PLAIN,
    right:
      "create table T (b varchar(20), id int primary key, a varchar(20)); insert into T (id, a, b) values (1, 'x', 'y'), (2, 'p', 'q'), (3, null, '')",
    expected: EQUAL,
  }),
  scenario('a column that one side lacks', 'all', {
    left: PLAIN,
    right: "create table T (id int primary key, a varchar(20)); insert into T values (1, 'x'), (2, 'p'), (3, null)",
    expected: { verdict: 'undecided', notCompared: [{ column: 'b', reason: 'is on the left only' }] },
  }),
  scenario('a column that one side lacks, ignored', 'all', {
    left: PLAIN,
    right:
      "create table T (id int primary key, a varchar(20), c int); insert into T values (1, 'x', 1), (2, 'p', 1), (3, null, 1)",
    options: { ignore: ['b', 'c'] },
    expected: EQUAL,
  }),
  scenario('a renamed column', 'all', {
    left: PLAIN,
    right:
      "create table T (id int primary key, a varchar(20), bb varchar(20)); insert into T values (1, 'x', 'y'), (2, 'p', 'z'), (3, null, '')",
    options: { rename: { b: 'bb' } },
    expected: { verdict: 'different', changed: 1, columns: ['b'] },
  }),
  scenario('names that need quotes', 'all', {
    both: {
      postgres: `create table T ("order" int primary key, "it's ""q""" varchar(9), "数" int); insert into T values (1, 'a', 1)`,
      mysql:
        "create table T (`order` int primary key, `it's \"q\"` varchar(9), `数` int); insert into T values (1, 'a', 1)",
    },
    right: { postgres: 'update T set "数" = 2', mysql: 'update T set `数` = 2' },
    expected: { verdict: 'different', changed: 1, columns: ['数'] },
  }),
  scenario('a unique key serves where there is no primary key', 'all', {
    both: 'create table T (id int not null unique, v int); insert into T values (1, 1), (2, 2)',
    right: 'update T set v = 0 where id = 2',
    expected: { verdict: 'different', changed: 1, key: ['id'] },
  }),
  scenario('two hundred rows, all changed, each in a bucket of its own', 'all', {
    both: {
      postgres:
        "create table T (id int primary key, a varchar(20)); insert into T select g, 'v' || g from generate_series(1, 200) g",
      mysql:
        "create table T (id int primary key, a varchar(20)); insert into T with recursive g(n) as (select 1 union all select n + 1 from g where n < 200) select n, concat('v', n) from g",
    },
    right: "update T set a = 'w'",
    options: { examples: 3 },
    expected: { verdict: 'different', changed: 200, columns: ['a'] },
  }),
]
