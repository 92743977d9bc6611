import { postgresDialect } from '../../sql/dialect.ts'
import type { CommonType } from '../kind.ts'
import type { Column, EngineFacts } from '../model.ts'
import type { FormOptions, TextForm } from '../text-form.ts'

/** Canonical text in SQL of Greenplum 6 (9.4) and later. The session must have the settings of side.ts: UTC, ISO, postgres intervals. */
export function postgresForm(_engine: EngineFacts, column: Column, common: CommonType, options: FormOptions): TextForm {
  const ref = postgresDialect.identifier(column.name)
  const plain = (sql: string): TextForm => ({ sql, frame: 'plain' })
  const length = (sql: string): TextForm => ({ sql, frame: 'length' })
  switch (common.kind) {
    case 'integer':
      return plain(integer(ref, column))
    case 'boolean':
      return plain(`${ref}::int::text`)
    case 'decimal':
      return plain(decimal(ref, column, common, options))
    case 'float':
      return plain(float(asNumber(ref, column), common, options))
    case 'text':
    case 'char':
      // a cast from char(n) drops the padding, which is no part of the value
      return length(`${ref}::text`)
    case 'bytes':
      return plain(digest(ref, options))
    case 'date':
      return plain(`${ref}::date::text`)
    case 'time':
    case 'timetz':
      return plain(`${ref}::${common.kind}(${common.scale ?? 6})::text`)
    case 'timestamp':
      return plain(`${ref}::timestamp(${common.scale ?? 6})::text`)
    case 'timestamptz':
      return plain(`${moment(ref, column)}::timestamp(${common.scale ?? 6})::text`)
    case 'interval':
      return plain(options.byValue ? `justify_interval(${ref})::text` : `${ref}::text`)
    case 'uuid':
      return plain(uuid(ref, column))
    case 'json':
      return length(options.json === 'semantic' ? `${ref}::text::jsonb::text` : `${ref}::text`)
    case 'bits':
      return plain(`${ref}::text`)
    case 'geometry':
      return plain(`upper(encode(ST_AsBinary(${ref}), 'hex')) || ';' || ST_SRID(${ref})::text`)
    case 'other':
      return length(`${ref}::text`)
  }
}

function integer(ref: string, column: Column): string {
  if (column.type.kind === 'boolean') return `${ref}::int::text`
  // bit(n) against an integer or a boolean
  if (column.type.kind === 'bits') return `${ref}::int8::text`
  return `${ref}::text`
}

function decimal(ref: string, column: Column, common: CommonType, options: FormOptions): string {
  const { kind } = column.type
  if (kind === 'boolean') return `${ref}::int::text`
  if (kind === 'integer') return `${ref}::text`
  const number = asNumber(ref, column)
  if (common.scale !== undefined && !options.byValue) {
    return column.type.scale === common.scale ? `${number}::text` : `round(${number}, ${common.scale})::text`
  }
  const rounded = common.scale === undefined ? number : `round(${number}, ${common.scale})`
  const text = `${rounded}::text`
  return `case when ${text} like '%.%' then rtrim(rtrim(${text}, '0'), '.') else ${text} end`
}

/**
 * Sign, significant digits and power of ten, since engines write exponents and zeros differently. Within the family the
 * server's own text is exact and shorter. MySQL prints -0 as 0 or -0 depending on the version, so it is 0 across families.
 */
function float(ref: string, common: CommonType, options: FormOptions): string {
  const number = `${ref}::float${common.size ?? 8}`
  if (options.sameFamily) return options.byValue ? `(${number} + 0)::text` : `${number}::text`
  const text = `(${number}::float8)::text`
  const absolute = `ltrim(${text}, '-')`
  const mantissa = `split_part(${absolute}, 'e', 1)`
  const exponent = `coalesce(nullif(split_part(${absolute}, 'e', 2), ''), '0')::int`
  const whole = `split_part(${mantissa}, '.', 1)`
  const fraction = `split_part(${mantissa}, '.', 2)`
  const digits = `rtrim(ltrim(${whole} || ${fraction}, '0'), '0')`
  const shift = `case when ${whole} <> '0' then length(${whole}) else length(ltrim(${fraction}, '0')) - length(${fraction}) end`
  return (
    `case when ${ref} = 0 then '0' when ${text} in ('NaN', 'Infinity', '-Infinity') then ${text} ` +
    `when ${ref} is null then null else case when ${ref} < 0 then '-' else '' end || ${digits} || 'e' || (${exponent} + ${shift})::text end`
  )
}

/** Money turns into other numbers by way of numeric only. */
function asNumber(ref: string, column: Column): string {
  return column.type.name === 'money' ? `${ref}::numeric` : ref
}

function moment(ref: string, column: Column): string {
  return column.type.kind === 'timestamptz' ? `(${ref} at time zone 'UTC')` : ref
}

function uuid(ref: string, column: Column): string {
  if (column.type.kind === 'uuid') return `${ref}::text`
  if (column.type.kind === 'bytes') return `encode(${ref}, 'hex')::uuid::text`
  return `lower(${ref}::text)`
}

/** Hexadecimal digest of bytes. */
export function digest(bytes: string, options: Pick<FormOptions, 'digest'>): string {
  return options.digest === 'md5' ? `md5(${bytes})` : `encode(sha256(${bytes}), 'hex')`
}
