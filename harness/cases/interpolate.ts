import { AssayError } from '../errors.ts'
import { Secret } from '../log/secret.ts'
import { didYouMean } from './suggest.ts'

/** What `$(path)` can name: the values by their first part. */
export type Scope = Readonly<Record<string, unknown>>

/** `$$(` is a literal `$(`; a path has no spaces, quotes or brackets, so SQL's `$1` and `$tag$` never clash. */
const REFERENCE = /\$\$\(|\$\(([^()\s]+)\)/g
const WHOLE = /^\$\(([^()\s]+)\)$/

/** Every path that a value refers to, however deep. */
export function references(value: unknown): string[] {
  if (typeof value === 'string') return [...value.matchAll(REFERENCE)].flatMap(match => match[1] ?? [])
  if (Array.isArray(value)) return value.flatMap(references)
  if (isPlainObject(value))
    return Object.entries(value).flatMap(([key, inner]) => [...references(key), ...references(inner)])
  return []
}

/** True for a text whose type is only known when it is filled in. */
export function hasReference(value: unknown): boolean {
  return references(value).length > 0
}

/** Fills in every `$(path)`. A text that is one reference as a whole becomes the value itself, with its type. */
export function interpolate(value: unknown, scope: Scope): unknown {
  if (typeof value === 'string') {
    const whole = WHOLE.exec(value)
    return whole?.[1] === undefined ? interpolateText(value, scope).text : resolve(whole[1], scope)
  }
  if (Array.isArray(value)) return value.map(inner => interpolate(inner, scope))
  if (isPlainObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [String(interpolate(key, scope)), interpolate(inner, scope)]),
    )
  }
  return value
}

export type InterpolatedText = {
  readonly text: string
  /** Offset in the template of the character at `offset` of the text. */
  origin(offset: number): number
}

/** As `interpolate` for one text, and a way back from the result to the template, for carets. */
export function interpolateText(template: string, scope: Scope): InterpolatedText {
  const marks: { readonly from: number; readonly to: number; readonly source: number; readonly fixed: boolean }[] = []
  let text = ''
  let done = 0
  const take = (until: number) => {
    if (until <= done) return
    marks.push({ from: text.length, to: text.length + until - done, source: done, fixed: false })
    text += template.slice(done, until)
  }
  for (const match of template.matchAll(REFERENCE)) {
    take(match.index)
    const filled = match[1] === undefined ? '$(' : asText(resolve(match[1], scope), match[1])
    marks.push({ from: text.length, to: text.length + filled.length, source: match.index, fixed: true })
    text += filled
    done = match.index + match[0].length
  }
  take(template.length)
  return {
    text,
    origin(offset) {
      const mark = marks.find(({ from, to }) => offset >= from && offset < to)
      if (!mark) return template.length
      return mark.fixed ? mark.source : mark.source + offset - mark.from
    },
  }
}

/** What a path goes into, for the message where it leads nowhere. */
export type Whole = { readonly name: string; show(path: string): string }

const CASE: Whole = { name: 'the case', show: path => `$(${path})` }
/** A part of a step's result, as `save` takes it. */
export const RESULT: Whole = { name: 'the result', show: path => `"${path}"` }

/** The value at a dotted path, or an error that says which part is missing and what there is instead. */
export function resolve(path: string, scope: Scope, whole: Whole = CASE): unknown {
  let value: unknown = scope
  const walked: string[] = []
  for (const part of path.split('.')) {
    if (value instanceof Secret || value === null || typeof value !== 'object' || !hasOwn(value, part)) {
      const parent = walked.length === 0 ? whole.name : whole.show(walked.join('.'))
      const names = value instanceof Secret || value === null || typeof value !== 'object' ? [] : Object.keys(value)
      const known = names.length === 0 ? '' : ` (it has ${names.slice(0, 12).join(', ')})`
      throw new AssayError(
        'ASSAY_CASE_REFERENCE',
        `${whole.show(path)} names nothing: ${parent} has no "${part}"${didYouMean(part, names) || known}`,
      )
    }
    value = (value as Record<string, unknown>)[part]
    walked.push(part)
  }
  return value
}

function asText(value: unknown, path: string): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  const kind =
    value === null
      ? 'null'
      : value instanceof Secret
        ? 'a secret'
        : Array.isArray(value)
          ? 'a list'
          : typeof value === 'object'
            ? 'a map'
            : String(value)
  throw new AssayError('ASSAY_CASE_REFERENCE', `$(${path}) is ${kind}, which cannot stand inside a text`)
}

const hasOwn = (value: object, part: string): boolean => Object.hasOwn(value, part)

export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype
}
