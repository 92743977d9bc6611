import { mysqlDialect } from '../../sql/dialect.ts'
import type { CommonType } from '../kind.ts'
import type { Column, EngineFacts, Kind } from '../model.ts'
import type { FormOptions, TextForm } from '../text-form.ts'

/** Canonical text in SQL of MySQL 5.7 and MariaDB 10.3 and later, with the session's settings of side.ts. */
export function mysqlForm(engine: EngineFacts, column: Column, common: CommonType, options: FormOptions): TextForm {
  const ref = mysqlDialect.identifier(column.name)
  const plain = (sql: string): TextForm => ({ sql, frame: 'plain' })
  const length = (sql: string): TextForm => ({ sql, frame: 'length' })
  const alike = options.sameFamily && common.same && !options.byValue
  if (alike && printsExactly(column)) return plain(ref)
  switch (common.kind) {
    case 'integer':
    case 'boolean':
      // + 0 drops the zeros of ZEROFILL and makes a number of BIT and YEAR
      return plain(asText(`${ref} + 0`))
    case 'decimal':
      return plain(decimal(ref, column, common, options))
    case 'float':
      return plain(float(engine, ref, column, common, options))
    case 'text':
    case 'char':
      return length(text(ref, column))
    case 'bytes':
      return plain(digest(ref, options))
    case 'date':
      return plain(asText(ref))
    case 'time':
    case 'timetz':
      return plain(fraction(ref, column, common, 'time'))
    case 'timestamp':
    case 'timestamptz':
      return plain(fraction(ref, column, common, 'datetime'))
    case 'uuid':
      return plain(uuid(ref, column))
    case 'json':
      return length(json(engine, ref, options))
    case 'bits':
      return plain(`lpad(bin(${ref} + 0), ${common.size ?? 1}, '0')`)
    case 'geometry':
      return plain(`concat(hex(ST_AsBinary(${ref})), ';', ST_SRID(${ref}))`)
    case 'interval':
    case 'other':
      return length(text(ref))
  }
}

function asText(sql: string): string {
  return `cast(${sql} as char)`
}

/** Types that the server prints in one way, without losing a digit: two of one declaration need no other form. */
function printsExactly({ type }: Column): boolean {
  return PRINTED.has(type.kind) || (type.kind === 'float' && type.size === 8)
}

const PRINTED: ReadonlySet<Kind> = new Set([
  'integer',
  'boolean',
  'decimal',
  'date',
  'time',
  'timestamp',
  'timestamptz',
])

/** Character sets whose bytes are those of utf8mb4. */
const UTF8 = new Set(['utf8mb4', 'utf8mb3', 'utf8', 'ascii'])

function text(ref: string, column?: Column): string {
  const written =
    column !== undefined &&
    UTF8.has(column.type.charset ?? '') &&
    column.type.name !== 'enum' &&
    column.type.name !== 'set'
  return written ? ref : `convert(${ref} using utf8mb4)`
}

/** Without the zeros after the point, and the point where nothing follows it. */
function trimmed(number: string): string {
  return `if(locate('.', ${number}), trim(trailing '.' from trim(trailing '0' from ${number})), ${number})`
}

function decimal(ref: string, column: Column, common: CommonType, options: FormOptions): string {
  if (column.type.kind !== 'decimal') return asText(`${ref} + 0`)
  const rounded =
    common.scale === undefined || common.scale === column.type.scale ? ref : `round(${ref}, ${common.scale})`
  const number = asText(rounded)
  return common.scale !== undefined && !options.byValue ? number : trimmed(number)
}

/**
 * A number as a double, with all of its digits: FLOAT prints six of them, so it is widened. The sign is written apart, since MySQL 8 cuts
 * what it computes, though not what a column holds, at 22 characters: -2.2250738585072014e-308 would lose three digits.
 */
export function doubleText(ref: string, { type }: Pick<Column, 'type'>): string {
  return type.kind === 'float' && type.size === 8 ? asText(ref) : signed(ref, asText(`abs(${ref} + 0e0)`))
}

function signed(ref: string, absolute: string): string {
  return `concat(if(${ref} < 0, '-', ''), ${absolute})`
}

/** See postgres/text-form.ts for the form across families. */
function float(engine: EngineFacts, ref: string, column: Column, common: CommonType, options: FormOptions): string {
  // a number against a single is rounded to it
  const single = common.size === 4 && column.type.size !== 4
  const double = column.type.kind === 'float' && column.type.size === 8
  const absolute = single
    ? asText(`abs(${toSingle(engine, ref)} + 0e0)`)
    : double
      ? `trim(leading '-' from ${asText(ref)})`
      : asText(`abs(${ref} + 0e0)`)
  if (options.sameFamily && common.size === 8) return double && !options.byValue ? asText(ref) : signed(ref, absolute)
  const mantissa = `substring_index(${absolute}, 'e', 1)`
  const exponent = `if(locate('e', ${absolute}), cast(substring_index(${absolute}, 'e', -1) as signed), 0)`
  const whole = `substring_index(${mantissa}, '.', 1)`
  const rest = `if(locate('.', ${mantissa}), substring_index(${mantissa}, '.', -1), '')`
  const digits = `trim(trailing '0' from trim(leading '0' from concat(${whole}, ${rest})))`
  const shift = `if(${whole} <> '0', length(${whole}), length(trim(leading '0' from ${rest})) - length(${rest}))`
  return `if(${ref} = 0, '0', concat(if(${ref} < 0, '-', ''), ${digits}, 'e', ${exponent} + ${shift}))`
}

/** Whether a cast rounds to FLOAT. MySQL has the cast since 8.0.17, and 8.0.28 still leaves all digits of the double; 9.7 rounds. */
export function castsToFloat({ flavor, version }: EngineFacts): boolean {
  return flavor === 'mariadb' ? version >= 100_400 : version >= 90_700
}

/** Without the cast by Veltkamp's splitting, which in a few of 100,000 cases takes the neighbour: the client decides where rows differ. */
function toSingle(engine: EngineFacts, ref: string): string {
  if (castsToFloat(engine)) return `cast(${ref} as float)`
  const number = `(${ref} + 0e0)`
  const product = `${number} * 536870913e0`
  return `if(abs(${number}) < 1e290, ${product} - (${product} - ${number}), ${number})`
}

/** PostgreSQL prints no zeros at the end of a fraction. Rounded by a cast: MariaDB needs TIME_ROUND_FRACTIONAL for that. */
function fraction(ref: string, column: Column, common: CommonType, type: 'time' | 'datetime'): string {
  if (column.type.kind === 'date') return `concat(${asText(ref)}, ' 00:00:00')`
  const digits = common.scale ?? 6
  const moment = asText(column.type.scale === digits ? ref : `cast(${ref} as ${type}(${digits}))`)
  return digits === 0 ? moment : trimmed(moment)
}

function uuid(ref: string, column: Column): string {
  if (column.type.kind !== 'bytes') return `lower(${text(ref)})`
  const hex = `lower(hex(${ref}))`
  const part = (from: number, length: number) => `substr(${hex}, ${from}, ${length})`
  return `concat(${part(1, 8)}, '-', ${part(9, 4)}, '-', ${part(13, 4)}, '-', ${part(17, 4)}, '-', ${part(21, 12)})`
}

/** MySQL keeps JSON in one form; MariaDB keeps the text, and can normalize it since 10.7. */
function json(engine: EngineFacts, ref: string, options: FormOptions): string {
  if (options.json === 'strict') return text(ref)
  if (engine.flavor === 'mysql') return text(`cast(${ref} as json)`)
  return options.sameFamily && engine.version >= 100_700 ? `json_normalize(${ref})` : text(ref)
}

/** Hexadecimal digest of bytes. */
export function digest(bytes: string, options: Pick<FormOptions, 'digest'>): string {
  return options.digest === 'sha256' ? `sha2(${bytes}, 256)` : `${options.digest}(${bytes})`
}
