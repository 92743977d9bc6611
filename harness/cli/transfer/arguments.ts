import type { ParseArgsOptionsConfig } from 'node:util'
import { parseDuration } from '../../cases/duration.ts'
import { endpointFromUrl } from '../../compare/endpoint-url.ts'
import { AssayError } from '../../errors.ts'
import type { Endpoint } from '../../targets/target.ts'
import { parseMoment } from '../../transfer/moment.ts'
import { EPOCHS, type Epoch, type TimeWindow, type WindowColumn } from '../../transfer/window.ts'
import { usageError } from '../options.ts'

const text = { type: 'string' } as const

/** What every way to start a transfer takes. */
export const COMMON = {
  streams: text,
  via: text,
  format: text,
  verify: text,
  'lock-within': text,
  'no-analyze': { type: 'boolean' },
  'tables-at-once': text,
  log: text,
  json: { type: 'boolean' },
} as const satisfies ParseArgsOptionsConfig

/** An endpoint from a URL; its password from ASSAY_<NAME>_PASSWORD where the URL has none. */
export function endpoint(
  url: string | undefined,
  name: 'source' | 'destination' | 'control' | 'windows' | 'alarms',
): Endpoint {
  if (url === undefined) throw usageError('transfer', `no ${name} is given`)
  const known = endpointFromUrl(url, name, process.env[`ASSAY_${name.toUpperCase()}_PASSWORD`])
  // etl_conf_d alone may be in MySQL
  if (known.protocol !== 'postgres' && name !== 'windows')
    throw new AssayError(
      'ASSAY_USAGE',
      `${name}: tables are moved between PostgreSQL and Greenplum, not ${known.protocol}`,
      {
        hint: 'Write it like postgres://user@host:5432/database. `assay datax` moves rows from and to MySQL.',
      },
    )
  return known
}

export function oneOf<T extends string>(name: string, given: string | undefined, known: readonly T[]): T | undefined {
  if (given === undefined || (known as readonly string[]).includes(given)) return given as T | undefined
  throw usageError('transfer', `--${name} ${given} is none of ${known.join(', ')}`)
}

export function whole(name: string, given: string | undefined): number | undefined {
  if (given === undefined) return undefined
  if (!/^[1-9]\d{0,5}$/.test(given)) throw usageError('transfer', `--${name} ${given} is not a whole number above 0`)
  return Number(given)
}

export function milliseconds(name: string, given: string | undefined): number | undefined {
  if (given === undefined) return undefined
  try {
    return parseDuration(given)
  } catch (cause) {
    throw new AssayError('ASSAY_USAGE', `--${name} ${given} is not a duration`, {
      cause,
      hint: 'Write it like 30s, 15m or 24h.',
    })
  }
}

export const list = (given: string | undefined): string[] | undefined => given?.split(',').map(name => name.trim())

export type WindowArguments = {
  readonly 'window-column'?: string
  readonly epoch?: string
  readonly 'null-window'?: string
}

export function windowColumn(values: WindowArguments): WindowColumn | undefined {
  const column = values['window-column']
  if (column === undefined) return undefined
  const epoch = oneOf('epoch', values.epoch, Object.keys(EPOCHS) as Epoch[])
  const nulls = oneOf('null-window', values['null-window'], ['refuse', 'ignore'])
  return { column, ...(epoch ? { epoch } : {}), ...(nulls ? { nulls } : {}) }
}

export function timeWindow(from: string | undefined, to: string | undefined): TimeWindow | undefined {
  if (from === undefined && to === undefined) return undefined
  if (from === undefined || to === undefined) throw usageError('transfer', 'a window needs both --from and --to')
  return { from: parseMoment(from), to: parseMoment(to) }
}
