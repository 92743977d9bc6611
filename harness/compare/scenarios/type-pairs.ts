import { type Scenario, scenario } from './scenario.ts'
import { by, EQUAL, one } from './verdicts.ts'

/** Columns of types that differ: what both are brought to, or that they cannot be compared. */
export const PAIR_SCENARIOS: readonly Scenario[] = [
  scenario('int and bigint', 'all', {
    left: 'create table T (id int primary key, v int); insert into T values (1, 5), (2, -1)',
    right: 'create table T (id bigint primary key, v bigint); insert into T values (1, 5), (2, -2)',
    expected: { ...one(['v']) },
  }),
  scenario('int and bigint are named as drift', ['postgres', 'mysql'], {
    left: 'create table T (id int primary key, v int); insert into T values (1, 5)',
    right: 'create table T (id int primary key, v bigint); insert into T values (1, 5)',
    expected: EQUAL,
  }),
  scenario('numeric scales that differ', 'all', {
    left: 'create table T (id int primary key, v numeric(18,4)); insert into T values (1, 1.5), (2, 2.25), (3, 1.005)',
    right: 'create table T (id int primary key, v numeric(18,2)); insert into T values (1, 1.5), (2, 2.26), (3, 1.01)',
    expected: one(['v']),
  }),
  scenario('numeric and integer', 'all', {
    left: 'create table T (id int primary key, v numeric(18,4)); insert into T values (1, 5), (2, 5.25), (3, 0)',
    right: 'create table T (id int primary key, v int); insert into T values (1, 5), (2, 5), (3, 0)',
    expected: one(['v']),
  }),
  scenario('timestamps of 3 and 6 digits, rounded', 'all', {
    left: {
      postgres:
        "create table T (id int primary key, v timestamp(6)); insert into T values (1, '2020-01-01 00:00:00.1235'), (2, '2020-01-01 00:00:00.5'), (3, '2020-12-31 23:59:59.9999')",
      mysql:
        "create table T (id int primary key, v datetime(6)); insert into T values (1, '2020-01-01 00:00:00.1235'), (2, '2020-01-01 00:00:00.5'), (3, '2020-12-31 23:59:59.9999')",
    },
    right: {
      postgres:
        "create table T (id int primary key, v timestamp(3)); insert into T values (1, '2020-01-01 00:00:00.124'), (2, '2020-01-01 00:00:00.501'), (3, '2021-01-01')",
      mysql:
        "create table T (id int primary key, v datetime(3)); insert into T values (1, '2020-01-01 00:00:00.124'), (2, '2020-01-01 00:00:00.501'), (3, '2021-01-01')",
    },
    expected: one(['v']),
  }),
  scenario('varchar and text', 'all', {
    left: "create table T (id int primary key, v varchar(9)); insert into T values (1, 'a')",
    right: "create table T (id int primary key, v text); insert into T values (1, 'a')",
    expected: EQUAL,
  }),
  scenario('real and double', ['postgres'], {
    left: 'create table T (id int primary key, v float4); insert into T values (1, 0.1), (2, 2)',
    right: 'create table T (id int primary key, v float8); insert into T values (1, 0.1), (2, 3)',
    expected: one(['v']),
  }),
  scenario('float and double', ['mysql'], {
    left: 'create table T (id int primary key, v float); insert into T values (1, 0.1), (2, 2)',
    right: 'create table T (id int primary key, v double); insert into T values (1, 0.1), (2, 3)',
    expected: one(['v']),
  }),
  scenario('real and double across engines', ['across'], {
    left: 'create table T (id int primary key, v float4); insert into T values (1, 0.1), (2, 2)',
    right: 'create table T (id int primary key, v double); insert into T values (1, 0.1), (2, 3)',
    expected: one(['v']),
  }),
  scenario('integers and doubles', 'all', {
    left: 'create table T (id int primary key, v bigint); insert into T values (1, 5), (2, 9007199254740993), (3, 7), (4, -1), (5, null)',
    right: {
      postgres:
        'create table T (id int primary key, v float8); insert into T values (1, 5), (2, 9007199254740992), (3, 7.5), (4, -1), (5, null)',
      mysql:
        'create table T (id int primary key, v double); insert into T values (1, 5), (2, 9007199254740992), (3, 7.5), (4, -1), (5, null)',
    },
    expected: one(['v']),
  }),
  scenario('decimals and singles', 'all', {
    left: 'create table T (id int primary key, v numeric(18,4)); insert into T values (1, 0.1), (2, 16777217), (3, 2.25), (4, -0.5)',
    right: {
      postgres:
        'create table T (id int primary key, v float4); insert into T values (1, 0.1), (2, 16777216), (3, 2.5), (4, -0.5)',
      mysql:
        'create table T (id int primary key, v float); insert into T values (1, 0.1), (2, 16777216), (3, 2.5), (4, -0.5)',
    },
    expected: one(['v']),
  }),
  scenario('money and doubles', ['postgres'], {
    left: 'create table T (id int primary key, v money); insert into T values (1, 1.5), (2, 2.25)',
    right: 'create table T (id int primary key, v float8); insert into T values (1, 1.5), (2, 2.5)',
    expected: one(['v']),
  }),
  scenario('neighbouring doubles across engines, exact', ['across'], {
    left: 'create table T (id int primary key, v float8); insert into T values (1, 0.3)',
    right: 'create table T (id int primary key, v double); insert into T values (1, 0.30000000000000004)',
    expected: one(['v']),
  }),
  scenario('neighbouring doubles across engines, by value', ['across'], {
    left: 'create table T (id int primary key, v float8); insert into T values (1, 0.3), (2, 1)',
    right: 'create table T (id int primary key, v double); insert into T values (1, 0.30000000000000004), (2, 1.1)',
    ...by,
    expected: one(['v']),
  }),
  scenario('doubles of the most characters that differ in their last bits', 'all', {
    left: {
      postgres:
        'create table T (id int primary key, v float8); insert into T values (1, -2.2250738585072014e-308), (2, -1.2345678901234567e-300)',
      mysql:
        'create table T (id int primary key, v double); insert into T values (1, -2.2250738585072014e-308), (2, -1.2345678901234567e-300)',
    },
    right: {
      postgres:
        'create table T (id int primary key, v float8); insert into T values (1, -2.2250738585072019e-308), (2, -1.2345678901234570e-300)',
      mysql:
        'create table T (id int primary key, v double); insert into T values (1, -2.2250738585072019e-308), (2, -1.2345678901234570e-300)',
    },
    expected: { verdict: 'different', changed: 2, columns: ['v'] },
  }),
  scenario('geometries', ['mysql'], {
    both: `create table T (id int primary key, p point, g geometry);
      insert into T values (1, point(1, 2), ST_GeomFromText('POLYGON((0 0, 0 3, 3 3, 0 0))')), (2, null, ST_GeomFromText('POINT(1 2)', 4326)),
        (3, point(-0.5, 1e300), ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 1), LINESTRING(0 0, 1 1))'))`,
    expected: EQUAL,
  }),
  scenario('geometries that differ in a corner, and in their reference system', ['mysql'], {
    both: `create table T (id int primary key, g geometry);
      insert into T values (1, ST_GeomFromText('POLYGON((0 0, 0 3, 3 3, 0 0))')), (2, ST_GeomFromText('POINT(1 2)', 4326)), (3, ST_GeomFromText('POINT(1 2)'))`,
    right:
      "update T set g = ST_GeomFromText('POLYGON((0 0, 0 3, 3 3.0000000000000004, 0 0))') where id = 1; update T set g = ST_GeomFromText('POINT(1 2)') where id = 2",
    expected: { verdict: 'different', changed: 2, columns: ['g'] },
  }),
  scenario('a point of PostgreSQL and one of MariaDB', ['across'], {
    left: "create table T (id int primary key, v point, w int); insert into T values (1, '(1,2)', 3)",
    right: 'create table T (id int primary key, v point, w int); insert into T values (1, point(1, 2), 3)',
    expected: {
      verdict: 'undecided',
      differing: 0,
      notCompared: [{ column: 'v', reason: 'point means another type on each side, and these cannot be compared' }],
    },
  }),
  scenario('bytes and integers cannot be compared', 'all', {
    left: {
      postgres: "create table T (id int primary key, v bytea, w int); insert into T values (1, '1', 5)",
      mysql: "create table T (id int primary key, v blob, w int); insert into T values (1, '1', 5)",
    },
    right: 'create table T (id int primary key, v int, w int); insert into T values (1, 1, 5)',
    expected: { verdict: 'undecided', differing: 0 },
  }),
  scenario('what cannot be compared does not hide what differs', 'all', {
    left: {
      postgres: "create table T (id int primary key, v bytea, w int); insert into T values (1, '1', 5)",
      mysql: "create table T (id int primary key, v blob, w int); insert into T values (1, '1', 5)",
    },
    right: 'create table T (id int primary key, v int, w int); insert into T values (1, 1, 6)',
    expected: { verdict: 'different', changed: 1, columns: ['w'] },
  }),
]
