/**
 * A row's 64-bit number, hashed column by column with the hash before as the seed of the next: as exact as one hash over the row's
 * binary form (record_send), for less than half of its cost, since most columns need no bytes of their own. PostgreSQL 11 and later.
 *
 * PostgreSQL's hash of a value goes by its `=`, under which 1.0 is 1.00, -0 is 0, and a bigint is folded to 32 bits. So only types whose
 * hash sees every bit are hashed directly; of all others their binary form is.
 */

/** A value of the row. */
export type HashedValue = {
  /** SQL of it. */
  readonly sql: string
  /** Its built-in type, or `canonical` for a text that stands for a value of another type. */
  readonly type: string
  /** SQL that is NULL where the value is. */
  readonly marker: string
}

export type RowHashOptions = {
  /** Both ends keep their texts in UTF-8, so these can be hashed where they lie. */
  readonly utf8: boolean
  /** Both ends have hashbyteaextended (PostgreSQL 18 and later). Else bytes are hashed by way of an array. */
  readonly bytes: boolean
}

/** Bits of an integer that is not negative, for the marks of one group of columns. A boolean takes two. */
const MARKS = 31

/** Functions that give a value's binary form. */
const SEND: Readonly<Record<string, string>> = {
  ...{ bool: 'boolsend', int2: 'int2send', int4: 'int4send', int8: 'int8send', oid: 'oidsend' },
  ...{ float4: 'float4send', float8: 'float8send', numeric: 'numeric_send', money: 'cash_send' },
  ...{ canonical: 'textsend', text: 'textsend', varchar: 'varcharsend', bpchar: 'bpcharsend', name: 'namesend' },
  ...{ date: 'date_send', time: 'time_send', timetz: 'timetz_send', interval: 'interval_send' },
  ...{ timestamp: 'timestamp_send', timestamptz: 'timestamptz_send', uuid: 'uuid_send', bytea: 'byteasend' },
  ...{ json: 'json_send', jsonb: 'jsonb_send', inet: 'inet_send', cidr: 'cidr_send', macaddr: 'macaddr_send' },
  ...{ bit: 'bit_send', varbit: 'varbit_send' },
}

/** Of these the binary form is never empty, so that no bytes can stand for NULL. */
const NEVER_EMPTY = new Set([
  ...['float4', 'float8', 'numeric', 'money', 'interval'],
  ...['date', 'time', 'timetz', 'timestamp', 'timestamptz'],
])

/** SQL of the row's number, a bigint. */
export function rowHash(values: readonly HashedValue[], options: RowHashOptions): string {
  const groups: HashedValue[][] = []
  let left = 0
  for (const value of values) {
    const marks = value.type === 'bool' ? 2 : 1
    if (left < marks) {
      groups.push([])
      left = MARKS
    }
    left -= marks
    groups.at(-1)?.push(value)
  }
  const [first = '0', ...rest] = groups.map(group => groupHash(group, options))
  return rest.reduce((seed, hash) => hashOfBytes(`int8send(${hash})`, seed, options), first)
}

function groupHash(values: readonly HashedValue[], options: RowHashOptions): string {
  const marks = new Marks()
  const steps: ((seed: string) => string)[] = []
  const sent: string[] = []
  for (const value of values) {
    const { sql, type, marker } = value
    if (type === 'bool') {
      marks.boolean(sql)
      continue
    }
    const direct = directHash(value, options)
    if (direct || !NEVER_EMPTY.has(type)) marks.absent(marker)
    const bytes = `coalesce(${SEND[type]}(${sql}), ''::bytea)`
    if (direct) steps.push(direct)
    else if (options.bytes) steps.push(seed => hashOfBytes(bytes, seed, options))
    else sent.push(bytes)
  }
  let hash = marks.sql
  // An array's hash adds up those of its elements, so one that mixes must follow, which may be another value's
  if (sent.length > 0) hash = `hash_array_extended(array[${sent.join(', ')}], ${hash})`
  if (steps.length === 0) steps.push(seed => `hashint4extended(0, ${seed})`)
  for (const step of steps) hash = step(hash)
  return hash
}

/** One number that tells which values are NULL, and what the booleans are. */
class Marks {
  readonly #terms: string[] = []
  #next = 1

  absent(sql: string): void {
    this.#terms.push(`case when ${sql} is null then ${this.#bit()} else 0 end`)
  }

  boolean(sql: string): void {
    this.#terms.push(`case when ${sql} then ${this.#bit()} when ${sql} is null then ${this.#bit()} else 0 end`)
  }

  #bit(): number {
    const bit = this.#next
    this.#next *= 2
    return bit
  }

  get sql(): string {
    return this.#terms.length === 0 ? '0' : `(${this.#terms.join(' + ')})`
  }
}

/** Hashes that see every bit of a value without bytes of its own. */
function directHash(
  { sql, type }: HashedValue,
  { utf8, bytes }: RowHashOptions,
): ((seed: string) => string) | undefined {
  const text = (cast: string) => (seed: string) => `hashtextextended(coalesce(${cast}, '') collate "C", ${seed})`
  switch (type) {
    case 'int2':
    case 'int4':
      return seed => `hashint4extended(coalesce(${sql}, 0), ${seed})`
    case 'oid':
      return seed => `hashoidextended(coalesce(${sql}, '0'::oid), ${seed})`
    case 'int8':
      // its hash folds the value to 32 bits, so the seed gets all 64
      return seed => `hashint8extended(coalesce(${sql}, 0), coalesce(${sql}, 0) # (${seed}))`
    case 'uuid':
      return seed => `uuid_hash_extended(coalesce(${sql}, '00000000-0000-0000-0000-000000000000'::uuid), ${seed})`
    case 'text':
    case 'varchar':
    case 'canonical':
      return utf8 ? text(`${sql}::text`) : undefined
    case 'bytea':
      return bytes ? seed => `hashbyteaextended(coalesce(${sql}, ''::bytea), ${seed})` : undefined
    default:
      return undefined
  }
}

function hashOfBytes(sql: string, seed: string, { bytes }: RowHashOptions): string {
  return bytes ? `hashbyteaextended(${sql}, ${seed})` : `hash_array_extended(array[${sql}], ${seed})`
}
