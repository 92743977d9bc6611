import type { ColumnPair } from './kind.ts'
import type { EngineFacts } from './model.ts'
import type { Digest } from './text-form.ts'

/**
 * How a row becomes a number.
 * - `record_send 64`: hashbyteaextended over the row's binary form, PostgreSQL 18 and later.
 * - `record_send array`: the same hash by way of an array of one element, hash_array_extended, PostgreSQL 11 and later.
 * - `record_send md5`, `record_send sha256`: 60 bits of a digest of the binary form, all of the PostgreSQL family.
 * - `text sha1`: 60 bits of a digest of the canonical text, MySQL's family.
 * - `text md5`, `text sha256`: the same, every engine.
 *
 * hash_record_extended, PostgreSQL's own hash of a record by value, is not among them: it is meant for partitioning, and calls 1.5 and -1.5,
 * 1 and 2^32 (as bigint), 0 (as float8) and NULL, NaN and Infinity (as numeric), {"a": 1} and {"a": -1} the same. By value, the
 * columns are brought to one form first and then hashed like the others.
 */
export type Method =
  | 'record_send 64'
  | 'record_send array'
  | 'record_send md5'
  | 'record_send sha256'
  | 'text sha1'
  | 'text md5'
  | 'text sha256'

/** Methods that two engines may share, best first. Each is probed on both before it is used. */
export function candidateMethods(left: EngineFacts, right: EngineFacts): readonly Method[] {
  const dialects = new Set([left.dialect, right.dialect])
  if (dialects.has('mysql'))
    return [...(dialects.size === 1 ? (['text sha1'] as const) : []), 'text md5', 'text sha256']
  const both = (version: number) => left.version >= version && right.version >= version
  const texts: readonly Method[] = ['text md5', ...(both(110_000) ? (['text sha256'] as const) : [])]
  if (sendsUnconverted(left) || sendsUnconverted(right)) return texts
  const methods: Method[] = []
  if (both(180_000)) methods.push('record_send 64')
  if (both(110_000)) methods.push('record_send array')
  methods.push('record_send md5')
  if (both(110_000)) methods.push('record_send sha256')
  return [...methods, ...texts]
}

/**
 * Segments of Greenplum send texts in the database's encoding, whatever the client's is, while a probe without a table, which the
 * coordinator answers, has them converted. Canonical text is converted by its own expression.
 */
function sendsUnconverted({ flavor, encoding }: EngineFacts): boolean {
  return flavor === 'greenplum' && encoding !== 'UTF8'
}

/** The digests of texts and bytes that a method may go with, best first. */
export function digestsOf(method: Method): readonly Digest[] {
  const digest = digestIn(method)
  return digest ? [digest] : ['md5', 'sha256']
}

/** The digest that a method's name ends in. */
export function digestIn(method: Method): Digest | undefined {
  return (['md5', 'sha1', 'sha256'] as const).find(digest => method.endsWith(digest))
}

/** Binary forms that are the same on every server and version (the probe shows it once more), with values to probe by. */
const SAMPLES: Readonly<Record<string, readonly string[]>> = {
  bool: ["'t'", "'f'"],
  int2: ["'-32768'", "'7'"],
  int4: ["'-2147483648'", "'7'"],
  int8: ["'-9223372036854775808'", "'7'"],
  oid: ["'7'", "'4294967295'"],
  float4: ["'-0'", "'1.1754944e-38'"],
  float8: ["'-0'", "'1.7320508075688772'"],
  numeric: ["'-1.50'", "'123456789012345678901234567890.000100'"],
  money: ["'1.5'", "'-2'"],
  text: ["'é数'", "''"],
  varchar: ["'é数'", "''"],
  bpchar: ["'é'", "'a  '"],
  name: ["'a'", "'b'"],
  bytea: ["'\\x00ff'", "''"],
  date: ["'0044-03-15 BC'", "'2020-02-29'"],
  time: ["'24:00'", "'00:00:00.000001'"],
  timetz: ["'12:00+05:30'", "'00:00:00.000001-12'"],
  timestamp: ["'2020-02-29 12:34:56.123456'", "'0044-03-15 BC'"],
  timestamptz: ["'2020-02-29 12:34:56.123456+02'", "'infinity'"],
  interval: ["'1 mon -1 day 00:00:00.5'", "'24:00'"],
  uuid: ["'00112233-4455-6677-8899-aabbccddeeff'", "'00000000-0000-0000-0000-000000000000'"],
  json: ['\'{"b": 1.0,  "a": [null]}\'', "'1'"],
  jsonb: ['\'{"b": 1.0,  "a": [null]}\'', "'1e2'"],
  inet: ["'10.0.0.1/8'", "'::1'"],
  cidr: ["'10.0.0.0/8'", "'::1'"],
  macaddr: ["'08:00:2b:01:02:03'", "'00:00:00:00:00:00'"],
  bit: ["'101'", "'0'"],
  varbit: ["'101'", "''"],
}

/** True where the binary form of both columns is comparable as it is; other columns are hashed by their canonical text. */
export function sendsAlike({ left, right }: ColumnPair): boolean {
  const [one, other] = [left.type, right.type]
  if (one.name !== other.name || one.userDefined || other.userDefined || !Object.hasOwn(SAMPLES, one.name)) return false
  // padding, digits and rounding are a part of the binary form
  if (one.name === 'bpchar' || one.name === 'bit') return one.declared === other.declared
  return one.scale === other.scale
}

/** Literals for a probe of one column, of its type without modifiers. */
export function samplesOf({ left }: ColumnPair): readonly string[] {
  const { name } = left.type
  return (SAMPLES[name] ?? []).map(literal => `${literal}::${name}`)
}
