import { dialectOf } from '../sql/dialect.ts'
import type { ColumnPair } from './kind.ts'
import { digestIn, type Method, sendsAlike } from './method.ts'
import type { Column, CompareMode, EngineFacts, SideName } from './model.ts'
import { digest as mysqlDigest, mysqlForm } from './mysql/text-form.ts'
import { digest as postgresDigest, postgresForm } from './postgres/text-form.ts'
import { perRangeOf, type Ranges, strideOf, withinRange } from './ranges.ts'
import type { Recipe } from './recipe.ts'
import type { Digest, FormOptions, JsonMode, TextForm } from './text-form.ts'

/** What both sides of one comparison agree on. */
export type Plan = {
  readonly pairs: readonly ColumnPair[]
  /** Pairs that identify a row; empty: rows are compared as bags. */
  readonly key: readonly ColumnPair[]
  readonly mode: CompareMode
  readonly json: JsonMode
  readonly method: Method
  /** For texts and bytes. Default: md5, or sha256 where the method says so. */
  readonly digest?: Digest
  readonly sameFamily: boolean
  /** PostgreSQL's hashtext gives the same values on both ends, so buckets need no digest. */
  readonly textHash: boolean
  /** Both ends have trim_scale: PostgreSQL 13 and later. */
  readonly trimScale?: boolean
  /** Both ends round a number to a single as IEEE 754 does. */
  readonly roundsSingles?: boolean
  /** Buckets that rows fall into. */
  readonly buckets: number
  /** Ranges of the key that buckets do not cross. */
  readonly ranges?: Ranges
  /** Sums a second, independent hash besides. */
  readonly secondHash: boolean
  readonly recipe: Recipe
}

/** Begins the argument that exp is called with, for the server to fail by, where a row has no digest. */
const NO_DIGEST = 9_999

/** True of what a MySQL server says of a row whose canonical text outgrows its max_allowed_packet. */
export const saysRowTooLong = (message: string): boolean => message.includes(`exp(${NO_DIGEST} + `)

/** Writes the SQL of one side. Pure: text in, text out. */
export class RowSql {
  readonly #side: SideName
  readonly #engine: EngineFacts
  readonly #plan: Plan
  readonly #options: FormOptions

  constructor(side: SideName, engine: EngineFacts, plan: Plan) {
    this.#side = side
    this.#engine = engine
    this.#plan = plan
    this.#options = {
      byValue: plan.mode === 'by-value',
      json: plan.json,
      sameFamily: plan.sameFamily,
      digest: plan.digest ?? digestIn(plan.method) ?? 'md5',
    }
  }

  get #postgres(): boolean {
    return this.#engine.dialect === 'postgres'
  }

  column(pair: ColumnPair): Column {
    return pair[this.#side]
  }

  ref(pair: ColumnPair): string {
    return dialectOf(this.#engine.dialect).identifier(this.column(pair).name)
  }

  form(pair: ColumnPair, options: Partial<FormOptions> = {}): TextForm {
    const write = this.#postgres ? postgresForm : mysqlForm
    const form = write(this.#engine, this.column(pair), pair.common, { ...this.#options, ...options })
    return { ...form, sql: `(${form.sql})` }
  }

  /** The parts of a text with its mark of NULL and its end, so that no two lists of values give one concatenation. */
  #framed(pair: ColumnPair): readonly string[] {
    const { recipe } = this.#plan
    const form = this.form(pair)
    const plain = form.frame === 'plain' || !recipe.lengths
    const end = plain && !recipe.lengths && recipe.nullMark ? "'|'" : "','"
    const absent = recipe.nullMark ? 'N' : 'null'
    if (this.#postgres) {
      if (plain) return [`coalesce(${form.sql} || ${end}, '${absent},')`]
      return [`coalesce(octet_length(${this.#utf8(form.sql)})::text || ':' || ${form.sql}, '${absent}:')`]
    }
    if (!recipe.lengths) return [`ifnull(concat(${form.sql}, ${end}), '${absent},')`]
    // flat, since a concatenation within would be NULL where it outgrows max_allowed_packet, and pass for a value that is NULL
    const present = !this.column(pair).nullable && form.sql === `(${this.ref(pair)})`
    const or = (sql: string, other: string) => (present ? sql : `ifnull(${sql}, '${other}')`)
    return plain ? [or(form.sql, absent), end] : [or(`length(${form.sql})`, absent), "':'", or(form.sql, '')]
  }

  /** The canonical text of some columns. */
  #textOf(pairs: readonly ColumnPair[]): string {
    return this.#concat(pairs.flatMap(pair => this.#framed(pair)))
  }

  #utf8(text: string): string {
    return this.#engine.encoding === 'UTF8' || !this.#postgres ? text : `convert_to(${text}, 'UTF8')`
  }

  #concat(parts: readonly string[]): string {
    if (!this.#postgres) return `concat(${parts.join(', ')})`
    // a function takes 100 arguments at most
    const chunks: string[] = []
    for (let at = 0; at < parts.length; at += 90) chunks.push(`concat(${parts.slice(at, at + 90).join(', ')})`)
    return chunks.length === 1 ? (chunks[0] as string) : this.#concat(chunks)
  }

  /** Hexadecimal digest of a text. */
  digestOfText(text: string): string {
    if (!this.#postgres) return mysqlDigest(text, this.#options)
    const bytes = this.#options.digest === 'sha256' ? `convert_to(${text}, 'UTF8')` : this.#utf8(text)
    return postgresDigest(bytes, this.#options)
  }

  /** A part of the row's record for the record methods: the column itself where its binary form can be compared. */
  #recordPart(pair: ColumnPair): string {
    const ref = this.ref(pair)
    if (!this.#plan.recipe.castUserTypes) return ref
    if (!sendsAlike(pair)) return this.form(pair).sql
    return this.#options.byValue ? this.#valuePart(pair, ref) : ref
  }

  /** Brings values that mean the same to one binary form, where that is cheaper than one text. */
  #valuePart(pair: ColumnPair, ref: string): string {
    const { kind, name, size } = this.column(pair).type
    if (kind === 'float') return `(${ref} + 0::float${size ?? 8})`
    if (kind === 'interval') return `justify_interval(${ref})`
    if (name === 'numeric') return this.#plan.trimScale ? `trim_scale(${ref})` : this.form(pair).sql
    return kind === 'json' ? this.form(pair).sql : ref
  }

  /** The number of a row. `second`: of the independent hash. */
  rowHash(second = false): string {
    const { pairs, key, recipe, method } = this.#plan
    const rest = pairs.filter(pair => !key.includes(pair))
    const hashed = recipe.hashKey || rest.length === 0 ? pairs : rest
    return this.hashOf(hashed, second ? 1 : 0, method)
  }

  /** What tells a row from another of its key: the hash, or both hashes where a second one is summed. */
  rowIdentity(): string {
    return this.#plan.secondHash ? this.#both(this.rowHash(), this.rowHash(true)) : this.rowHash()
  }

  /** The same of one column. */
  columnIdentity(pair: ColumnPair): string {
    const [first, second] = [this.hashOf([pair], 0), this.hashOf([pair], 1)]
    return this.#plan.secondHash ? this.#both(first, second) : first
  }

  #both(first: string, second: string): string {
    return this.#postgres ? `(${first}::text || ':' || ${second}::text)` : `concat(${first}, ':', ${second})`
  }

  hashOf(pairs: readonly ColumnPair[], seed: 0 | 1, method = this.#plan.method): string {
    if (method.startsWith('text')) {
      const hash = this.#sixty(this.digestOfText(this.#textOf(pairs)), seed)
      return this.#postgres ? hash : `cast(ifnull(${hash}, ${this.#tooLong(pairs)}) as unsigned)`
    }
    return this.#recordHash(`row(${pairs.map(pair => this.#recordPart(pair)).join(', ')})`, seed, method)
  }

  /** Fails. A row without a digest must not pass for one that adds nothing to a sum; not a constant, which would be computed at once. */
  #tooLong([first]: readonly ColumnPair[]): string {
    return `exp(${NO_DIGEST} + ${first ? `ifnull(length(${this.ref(first)}), 0)` : 0})`
  }

  #recordHash(record: string, seed: 0 | 1, method: Method): string {
    if (method === 'record_send 64') return this.#short(`hashbyteaextended(record_send(${record}), ${seed})`)
    if (method === 'record_send array')
      return this.#short(`hash_array_extended(array[record_send(${record})], ${seed})`)
    return this.#sixty(postgresDigest(`record_send(${record})`, this.#options), seed)
  }

  /** 60 bits of a hexadecimal digest: a number that is not negative in the signed integers of every engine. */
  #sixty(digest: string, seed: 0 | 1): string {
    const digits = Math.ceil(this.#plan.recipe.bits / 4)
    const part = `substr(${digest}, ${1 + seed * 15}, ${digits})`
    if (!this.#postgres) return `conv(${part}, 16, 10)`
    return `('x' || ${part})::bit(${digits * 4})::bigint`
  }

  #short(hash: string): string {
    const { bits } = this.#plan.recipe
    return bits >= 60 ? hash : `(${hash} & ${2n ** BigInt(bits) - 1n})`
  }

  /** A row of typed values in place of columns, for the probe. */
  probe(record: readonly string[]): string {
    return this.#recordHash(`row(${record.join(', ')})`, 0, this.#plan.method)
  }

  /** Sum, or what a mutant has in its place. */
  aggregate(hash: string): string {
    if (this.#plan.recipe.aggregate === 'xor') return `bit_xor(${hash})`
    return `sum(${hash})`
  }

  /** The number of the bucket that a row falls into, where so many are asked for. */
  bucket(buckets = this.#plan.buckets): string {
    const { ranges } = this.#plan
    if (!ranges) return this.spread(buckets)
    const perRange = perRangeOf(buckets, ranges)
    const inner = `${this.spread(perRange)} + ${perRange}`
    const stride = strideOf(perRange)
    const ref = this.ref(ranges.pair)
    const starts = ranges.starts.map((start, at) => `when ${ref} < ${start} then ${at * stride}`)
    return `(case ${starts.join(' ')} else ${ranges.starts.length * stride} end + ${inner})`
  }

  /** The same within one range, whose rows alone are read: the number of the range need not be looked up for each. */
  bucketWithin(range: number, buckets = this.#plan.buckets): string {
    const { ranges } = this.#plan
    if (!ranges) return this.spread(buckets)
    const perRange = perRangeOf(buckets, ranges)
    return `(${this.spread(perRange)} + ${range * strideOf(perRange) + perRange})`
  }

  /** The condition for the rows of a range. */
  within(range: number): string {
    const { ranges } = this.#plan
    return ranges ? withinRange(this.ref(ranges.pair), ranges, range) : ''
  }

  /** One of so many numbers for each key. Rows without a key fall by their hash. */
  spread(buckets: number): string {
    const { key } = this.#plan
    if (key.length === 0) return `mod(${this.rowHash()}, ${buckets})`
    const [only] = key
    if (only && key.length === 1 && only.left.type.kind === 'integer' && only.right.type.kind === 'integer') {
      const number = this.#postgres ? `${this.ref(only)}::bigint` : this.ref(only)
      return `coalesce(mod(${number}, ${buckets}), 0)`
    }
    const text = this.#textOf(key)
    const digits = `substr(${this.digestOfText(text)}, 1, 8)`
    if (!this.#postgres) {
      const number = this.#plan.sameFamily ? `crc32(${text})` : `cast(conv(${digits}, 16, 10) as unsigned)`
      return `mod(${number}, ${buckets})`
    }
    if (this.#plan.textHash) return `mod(hashtext(${text}), ${buckets})`
    return `mod(('x' || ${digits})::bit(32)::bigint, ${buckets})`
  }

  /** Canonical text of each part of the key. */
  keyParts(): readonly string[] {
    return this.#plan.key.map(pair => this.form(pair).sql)
  }
}
