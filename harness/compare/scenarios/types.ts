import type { SqlDialect } from '../../sql/dialect.ts'
import { type EndsName, type Scenario, scenario } from './scenario.ts'

/** Values of one type, each a row, alike on both sides; and one change that must be found. */
type TypeCase = {
  readonly name: string
  readonly postgres: string
  readonly mysql?: string
  /** Literals that both dialects read; or one list for each. */
  readonly values: readonly string[] | { readonly postgres: readonly string[]; readonly mysql: readonly string[] }
  /** The first value is changed to this. */
  readonly other: string | { readonly postgres: string; readonly mysql: string }
  /** Values that only PostgreSQL holds, for its own ends. */
  readonly only?: readonly string[]
  /** Values that PostgreSQL holds since version 14. */
  readonly since14?: readonly string[]
}

const TYPES: readonly TypeCase[] = [
  { name: 'smallint', postgres: 'smallint', mysql: 'smallint', values: ['-32768', '32767', '0'], other: '-32767' },
  { name: 'int', postgres: 'int', mysql: 'int', values: ['-2147483648', '2147483647', '0'], other: '1' },
  {
    name: 'bigint',
    postgres: 'bigint',
    mysql: 'bigint',
    values: ['-9223372036854775808', '9223372036854775807', '9007199254740993'],
    other: '-9223372036854775807',
  },
  { name: 'zerofill', postgres: 'int', mysql: 'int(8) unsigned zerofill', values: ['7', '0'], other: '8' },
  {
    name: 'unsigned bigint and numeric',
    postgres: 'numeric(20)',
    mysql: 'bigint unsigned',
    values: ['18446744073709551615', '0'],
    other: '18446744073709551614',
  },
  { name: 'boolean', postgres: 'boolean', mysql: 'tinyint(1)', values: ['true', 'false'], other: 'false' },
  { name: 'boolean and bit(1)', postgres: 'boolean', mysql: 'bit(1)', values: ['true', 'false'], other: 'false' },
  {
    name: 'numeric',
    postgres: 'numeric(18,4)',
    mysql: 'decimal(18,4)',
    values: ['-99999999999999.9999', '0.0001', '0', '1.5', '-0.5'],
    other: '-99999999999999.9998',
    only: ["'NaN'"],
  },
  {
    name: 'numeric without a scale',
    postgres: 'numeric',
    values: ['1.10', '0.00', '100', '1e30', '-0.000000000000000000000000001'],
    other: '1.11',
    only: ["'NaN'"],
    since14: ["'Infinity'", "'-Infinity'"],
  },
  {
    name: 'real',
    postgres: 'real',
    mysql: 'float',
    values: ['0.1', '-3.4028234e38', '1e-37', '16777217', '0'],
    other: '0.10000001',
  },
  {
    name: 'double',
    postgres: 'double precision',
    mysql: 'double',
    values: [
      '0.1',
      '1.7976931348623157e308',
      '-2.2250738585072014e-308',
      '1.7320508075688772',
      '1e20',
      '0.00001',
      '123456789012345680',
      '-1e-5',
      '100',
      '0',
      '9.5e15',
      '1e15',
      '1e16',
      '1e17',
    ],
    other: '0.10000000000000002',
    only: ["'NaN'", "'Infinity'", "'-Infinity'", "'-0'"],
  },
  {
    name: 'char',
    postgres: 'char(6)',
    mysql: 'char(6) character set utf8mb4',
    values: ["'a'", "''", "'数字'", "' a'"],
    other: "'A'",
  },
  {
    name: 'varchar',
    postgres: 'varchar(20)',
    mysql: 'varchar(20) character set utf8mb4',
    values: ["'a'", "''", "'a  '", "'数😀'", "'it''s'", "'a,b:c|N'"],
    other: "'A'",
  },
  {
    name: 'text',
    postgres: 'text',
    mysql: 'text character set utf8mb4',
    values: {
      postgres: ["'a'", "E'line\\r\\nline\\t\\\\'", "repeat('x', 60000)"],
      mysql: ["'a'", '_utf8mb4 0x6c696e650d0a6c696e65095c', "repeat('x', 60000)"],
    },
    other: "'b'",
  },
  {
    name: 'latin1 text',
    postgres: 'text',
    mysql: 'text character set latin1',
    values: ["'é'", "'ß'", "''"],
    other: "'è'",
  },
  { name: 'gbk text', postgres: 'text', mysql: 'text character set gbk', values: ["'数据'", "''"], other: "'数'" },
  {
    name: 'bytes',
    postgres: 'bytea',
    mysql: 'varbinary(300)',
    values: { postgres: ["'\\x00ff5c27'", "''", "'\\x0a'"], mysql: ['0x00ff5c27', "''", '0x0a'] },
    other: { postgres: "'\\x00ff5c28'", mysql: '0x00ff5c28' },
  },
  {
    name: 'date',
    postgres: 'date',
    mysql: 'date',
    values: ["'2020-02-29'", "'0001-01-01'", "'9999-12-31'"],
    other: "'2020-02-28'",
    only: ["'infinity'", "'-infinity'", "'0044-03-15 BC'", "'5874897-12-31'"],
  },
  {
    name: 'time',
    postgres: 'time(6)',
    mysql: 'time(6)',
    values: ["'00:00:00'", "'23:59:59.999999'", "'12:00:00.5'"],
    other: "'00:00:00.000001'",
    only: ["'24:00'"],
  },
  {
    name: 'time without fractions',
    postgres: 'time(0)',
    mysql: 'time',
    values: ["'00:00:10'", "'20:00:00'"],
    other: "'00:00:01'",
  },
  { name: 'timetz', postgres: 'timetz', values: ["'12:00+05:30'", "'12:00-12'"], other: "'12:00+05'" },
  {
    name: 'timestamp',
    postgres: 'timestamp(6)',
    mysql: 'datetime(6)',
    values: [
      "'2020-01-01 00:00:00.000001'",
      "'2020-01-01 00:00:00'",
      "'9999-12-31 23:59:59.999999'",
      "'1000-01-01 00:00:00.1'",
    ],
    other: "'2020-01-01 00:00:00.000002'",
    only: ["'infinity'", "'-infinity'", "'0044-03-15 12:00:00 BC'", "'294276-12-31 23:59:59.999999'"],
  },
  {
    name: 'timestamp without fractions',
    postgres: 'timestamp(0)',
    mysql: 'datetime',
    values: ["'2020-01-01 00:00:10'", "'2020-01-01 00:00:00'"],
    other: "'2020-01-01 00:00:01'",
  },
  {
    name: 'timestamp with time zone',
    postgres: 'timestamptz(6)',
    mysql: 'timestamp(6)',
    values: ["'2020-06-01 00:00:00.000001'", "'1970-01-02 00:00:00'", "'2038-01-19 03:14:07'"],
    other: "'2020-06-01 00:00:00'",
    only: ["'infinity'", "'2020-06-01 00:00:00+05:30'", "'0044-03-15 BC'"],
  },
  {
    name: 'interval',
    postgres: 'interval',
    values: ["'1 day'", "'24:00'", "'1 mon -1 day'", "'-00:00:00.000001'"],
    other: "'2 day'",
  },
  {
    name: 'uuid',
    postgres: 'uuid',
    mysql: 'char(36)',
    values: ["'00112233-4455-6677-8899-AABBCCDDEEFF'", "'00000000-0000-0000-0000-000000000000'"],
    other: "'00112233-4455-6677-8899-aabbccddeef0'",
  },
  {
    name: 'uuid and binary(16)',
    postgres: 'uuid',
    mysql: 'binary(16)',
    values: {
      postgres: ["'00112233-4455-6677-8899-aabbccddeeff'"],
      mysql: ["unhex('00112233445566778899aabbccddeeff')"],
    },
    other: { postgres: "'00112233-4455-6677-8899-aabbccddeef0'", mysql: "unhex('00112233445566778899aabbccddeef0')" },
  },
  {
    name: 'json',
    postgres: 'json',
    mysql: 'json',
    values: ['\'{"b": 1.0, "a": [null, "x"]}\'', "'[]'", "'null'", "'1e2'"],
    other: '\'{"b": 1.0, "a": [null, "y"]}\'',
  },
  { name: 'jsonb', postgres: 'jsonb', values: ['\'{"b": 1.0, "a": [null, "x"]}\'', "'1.10'"], other: "'{}'" },
  {
    name: 'array of int',
    postgres: 'int[]',
    values: ["'{1,NULL,3}'", "'{}'", "'[0:1]={1,2}'", "'{{1,2},{3,4}}'"],
    other: "'{1,3}'",
  },
  {
    name: 'array of text',
    postgres: 'text[]',
    values: ["array['a,b', 'NULL', null, '\"']"],
    other: "array['a', 'b', 'NULL', null, '\"']",
  },
  {
    name: 'bit',
    postgres: 'bit(10)',
    mysql: 'bit(10)',
    values: ["b'1000000001'", "b'0000000000'"],
    other: "b'1000000000'",
  },
  { name: 'varbit', postgres: 'varbit', values: ["b'1'", "b'10'", "b''"], other: "b'0'" },
  { name: 'inet', postgres: 'inet', values: ["'10.0.0.1'", "'10.0.0.1/8'", "'::1'"], other: "'10.0.0.2'" },
  { name: 'macaddr', postgres: 'macaddr', values: ["'08:00:2b:01:02:03'"], other: "'08:00:2b:01:02:04'" },
  { name: 'money', postgres: 'money', values: ["'1.50'", "'-92233720368547758.08'"], other: "'1.51'" },
  { name: 'range', postgres: 'int4range', values: ["'[1,5)'", "'empty'", "'(,)'"], other: "'[1,6)'" },
  { name: 'point', postgres: 'point', values: ["'(1,2)'", "'(0,-0)'"], other: "'(1,3)'" },
  { name: 'xml', postgres: 'xml', values: ["'<a>b</a>'"], other: "'<a/>'" },
  { name: 'tsvector', postgres: 'tsvector', values: ["'a b c'"], other: "'a b'" },
  {
    name: 'enum and text',
    postgres: 'varchar(5)',
    mysql: "enum('x', 'y', '')",
    values: ["'x'", "'y'", "''"],
    other: "'y'",
  },
  {
    name: 'set and text',
    postgres: 'varchar(5)',
    mysql: "set('x', 'y')",
    values: ["'x'", "'x,y'", "''"],
    other: "'y'",
  },
  { name: 'year', postgres: 'int', mysql: 'year', values: ['1901', '2155'], other: '1902' },
]

/** A table with a column for each type and rows that hold their values; row n of `changed` differs in the column of type n alone. */
export type TypesTable = { readonly alike: Scenario; readonly changed: Scenario; readonly names: readonly string[] }

export function typesTable(ends: EndsName): TypesTable {
  const types = TYPES.filter(type => type.mysql !== undefined || ends === 'postgres' || ends === 'versions')
  const both = { postgres: create(types, 'postgres', ends), mysql: create(types, 'mysql', ends) }
  const right = { postgres: change(types, 'postgres'), mysql: change(types, 'mysql') }
  return {
    names: types.map(type => type.name),
    alike: scenario('alike', [ends], { both, expected: { verdict: 'equal', differing: 0 } }),
    changed: scenario('each type changed once', [ends], {
      both,
      right,
      options: { examples: 50 },
      expected: { verdict: 'different', changed: types.length },
    }),
  }
}

function valuesOf(type: TypeCase, dialect: SqlDialect, ends: EndsName): readonly string[] {
  const own = 'postgres' in type.values ? type.values[dialect] : type.values
  if (ends === 'postgres') return [...own, ...(type.only ?? []), ...(type.since14 ?? [])]
  return ends === 'versions' ? [...own, ...(type.only ?? [])] : own
}

/** Row n holds the first value of type n, so that a change of it is the change of one value. */
function create(types: readonly TypeCase[], dialect: SqlDialect, ends: EndsName): string {
  const columns = types.map(
    (type, at) => `v${at} ${dialect === 'mysql' ? `${type.mysql ?? 'int'} null` : type.postgres}`,
  )
  const rows = types.map((_, row) => {
    const cells = types.map((type, at) => {
      const values = [...valuesOf(type, dialect, ends), 'null']
      return values[(row - at + values.length * types.length) % values.length]
    })
    return `(${[row, ...cells].join(', ')})`
  })
  return `create table T (id int primary key, ${columns.join(', ')}); insert into T values ${rows.join(', ')}`
}

function change(types: readonly TypeCase[], dialect: SqlDialect): string {
  return types
    .map(
      ({ other }, at) => `update T set v${at} = ${typeof other === 'string' ? other : other[dialect]} where id = ${at}`,
    )
    .join('; ')
}
