import { z } from 'zod'
import { AssayError, type Place } from '../errors.ts'
import type { CaseText, Path } from './case-text.ts'
import { hasReference } from './interpolate.ts'
import { didYouMean } from './suggest.ts'

type Issue = z.core.$ZodIssue

/** Of more, a list says less than the page of the action. */
const MOST_KEYS = 20

/**
 * Checks a part of a case file and says what is wrong at which line. Values that hold a `$(path)` are left to the run,
 * where they have their type.
 */
export function check(schema: z.ZodType, value: unknown, source: CaseText, path: Path): AssayError[] {
  const result = schema.safeParse(value)
  if (result.success) return []
  return result.error.issues
    .flatMap(issue => nearestIssues(issue, value))
    .filter(issue => !hasReference(valueAt(value, issue.path)) || issue.code === 'unrecognized_keys')
    .flatMap(issue => toErrors(issue, { schema, source, path, value }))
}

/** As `check` for a value that has been filled in: the first problem, and where in the value it is. */
export function inputProblem(schema: z.ZodType, error: z.ZodError, value: unknown): { message: string; path: Path } {
  const issue = nearestIssues(error.issues[0] as Issue, value)[0] as Issue
  const at = issue.path.join('.')
  const text = message(issue, { schema, value, path: [] })
  return { message: `${at === '' ? '' : `${at}: `}${text}`, path: issue.path as Path }
}

/** Where a filled-in number stands although only text may. */
export function missingTexts(error: z.ZodError, value: unknown): Path[] {
  return error.issues
    .flatMap(issue => nearestIssues(issue, value))
    .filter(issue => issue.code === 'invalid_type' && issue.expected === 'string')
    .filter(issue => ['number', 'bigint', 'boolean'].includes(typeof valueAt(value, issue.path)))
    .map(issue => issue.path as Path)
}

type Context = { readonly schema: z.ZodType; readonly source: CaseText; readonly path: Path; readonly value: unknown }

function toErrors(issue: Issue, { schema, source, path, value }: Context): AssayError[] {
  const at = [...path, ...(issue.path as Path)]
  if (issue.code === 'unrecognized_keys') {
    const keys = keysOf(schemaAt(schema, issue.path as Path))
    return issue.keys.map(key => {
      const meant = didYouMean(key, keys)
      const hint =
        meant === '' && keys.length > 0 && keys.length <= MOST_KEYS ? `The keys are ${keys.join(', ')}.` : undefined
      const where = source.keyPlace([...at, key])
      return new AssayError('ASSAY_CASE_UNKNOWN_KEY', `unknown key "${key}"${meant}`, { where, hint })
    })
  }
  const found = valueAt(value, issue.path)
  if (found === undefined && (issue.code === 'invalid_type' || issue.code === 'invalid_union')) {
    const name = String(issue.path.at(-1) ?? '')
    return [new AssayError('ASSAY_CASE_MISSING_KEY', `"${name}" is missing`, { where: source.place(at.slice(0, -1)) })]
  }
  const where: Place = source.place(at)
  if (isDuration(schemaAt(schema, issue.path as Path)))
    return [new AssayError('ASSAY_CASE_DURATION', `${JSON.stringify(found)} is not a duration`, { where })]
  return [new AssayError('ASSAY_CASE_TYPE', message(issue, { schema, value, path }), { where })]
}

function message(issue: Issue, { schema, value, path }: Omit<Context, 'source'>): string {
  const found = valueAt(value, issue.path)
  const at = [...path, ...issue.path]
  const name = at.length === 0 ? '' : `"${nameAt(at)}" `
  switch (issue.code) {
    case 'unrecognized_keys': {
      const key = issue.keys[0] ?? ''
      return `unknown key "${key}"${didYouMean(key, keysOf(schemaAt(schema, issue.path as Path)))}`
    }
    case 'invalid_type':
      if (found === undefined) return `${name}is missing`
      return `${name}must be ${article(issue.expected)}, not ${kindOf(found)}`
    case 'invalid_value': {
      const choices = issue.values.map(String)
      return `${name}must be ${choices.length === 1 ? '' : 'one of '}${choices.join(', ')}, not ${JSON.stringify(found)}${typeof found === 'string' ? didYouMean(found, choices) : ''}`
    }
    case 'too_small':
    case 'too_big':
      return issue.message.startsWith('Too')
        ? `${name}is ${issue.message.charAt(0).toLowerCase()}${issue.message.slice(1)}`
        : issue.message
    case 'invalid_format':
      return issue.message.startsWith('Invalid')
        ? `${name}is not of the form ${issue.pattern ?? issue.format}: ${JSON.stringify(found)}`
        : issue.message
    case 'invalid_union':
      return found === undefined ? `${name}is missing` : `${name}cannot be ${kindOf(found)}`
    default:
      return issue.message
  }
}

/** The key, and for an element of a list its number as well: `keys.1`. */
function nameAt(path: readonly PropertyKey[]): string {
  const key = path.findLastIndex(part => typeof part === 'string')
  return path.slice(Math.max(key, 0)).join('.')
}

/** Of a union, the issues of the branch that fits best: the one whose kind is that of the value, and that got furthest. */
function nearestIssues(issue: Issue, value: unknown): Issue[] {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue]
  const branches = issue.errors
    .map(branch =>
      branch.flatMap(inner => nearestIssues({ ...inner, path: [...issue.path, ...inner.path] } as Issue, value)),
    )
    .filter(branch => branch.length > 0)
  const fitting = branches.filter(
    branch => !branch.some(inner => inner.code === 'invalid_type' && inner.path.length === issue.path.length),
  )
  const best = fitting.sort((a, b) => depth(b) - depth(a))[0]
  return best ?? [issue]
}

const depth = (branch: readonly Issue[]): number => Math.max(...branch.map(issue => issue.path.length))

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value
  for (const part of path) {
    if (found === null || typeof found !== 'object') return undefined
    found = (found as Record<PropertyKey, unknown>)[part]
  }
  return found
}

/** The schema of the value at a path, as far as it can be told without the value. */
function schemaAt(schema: z.ZodType | undefined, path: Path): z.ZodType | undefined {
  let found = unwrap(schema)
  for (const part of path) {
    if (found instanceof z.ZodUnion)
      found = found.options
        .map(option => unwrap(option as z.ZodType))
        .find(option => option instanceof z.ZodObject || option instanceof z.ZodArray || option instanceof z.ZodRecord)
    if (found instanceof z.ZodObject) found = unwrap(found.shape[part] as z.ZodType | undefined)
    else if (found instanceof z.ZodArray) found = unwrap(found.element as z.ZodType)
    else if (found instanceof z.ZodRecord) found = unwrap(found.valueType as z.ZodType)
    else return undefined
  }
  return found
}

function unwrap(schema: z.ZodType | undefined): z.ZodType | undefined {
  let found = schema
  while (found instanceof z.ZodOptional || found instanceof z.ZodNullable || found instanceof z.ZodDefault)
    found = found.def.innerType as z.ZodType
  return found instanceof z.ZodPipe ? unwrap(found.def.in as z.ZodType) : found
}

function keysOf(schema: z.ZodType | undefined): string[] {
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape)
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(option => keysOf(unwrap(option as z.ZodType)))
  return []
}

function isDuration(schema: z.ZodType | undefined): boolean {
  if (schema instanceof z.ZodUnion) return schema.options.some(option => isDuration(unwrap(option as z.ZodType)))
  return schema?.meta()?.format === 'assay-duration'
}

function kindOf(value: unknown): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  if (typeof value === 'boolean') return `a truth (${value})`
  return `a ${typeof value === 'string' ? 'text' : typeof value} (${JSON.stringify(value)})`
}

function article(kind: string): string {
  const names: Record<string, string> = {
    string: 'a text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    array: 'a list',
    object: 'a map',
    record: 'a map',
    null: 'empty',
  }
  return names[kind] ?? kind
}
