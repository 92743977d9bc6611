import type { JobSide } from './built-job.ts'
import { given } from './rdbms.ts'

export type StreamColumn =
  | { readonly type?: 'string' | 'long' | 'double' | 'bool' | 'bytes'; readonly value: string | number | boolean }
  | { readonly type: 'date'; readonly value: string; readonly dateFormat?: string }
  /** Uniform between two bounds: of a number its value, of a text its length, of a bool the weights of false and true. */
  | { readonly type: 'string' | 'long' | 'double' | 'bool' | 'bytes'; readonly random: readonly [number, number] }
  | { readonly type: 'date'; readonly random: readonly [string, string]; readonly dateFormat?: string }

export type StreamSource = {
  readonly columns: readonly StreamColumn[]
  /** Of each task; there are as many tasks as channels. */
  readonly count: number
}

export type StreamDestination = {
  /** Default true. */
  readonly print?: boolean
  readonly fieldDelimiter?: string
  /** Into a file instead. */
  readonly path?: string
  readonly fileName?: string
}

export function streamReader({ columns, count }: StreamSource): JobSide {
  const column = columns.map(one => ('random' in one ? { ...one, random: one.random.join(',') } : one))
  return { name: 'streamreader', width: columns.length, parameter: { sliceRecordCount: count, column } }
}

export function streamWriter(destination: StreamDestination = {}): JobSide {
  return { name: 'streamwriter', parameter: given({ print: true, ...destination }) }
}
