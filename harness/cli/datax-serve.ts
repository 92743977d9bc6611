import { once } from 'node:events'
import { resolve } from 'node:path'
import { nearest } from '../cases/suggest.ts'
import { ENGINE_NAMES, type EngineName, engineNamed } from '../datax/engine/engines.ts'
import { AssayError } from '../errors.ts'
import { Secret } from '../log/secret.ts'

/** The environment variable with the platform's token. */
export const TOKEN_VARIABLE = 'ASSAY_DATAX_TOKEN'

const DEFAULTS: Readonly<Record<string, string | undefined>> = {
  ...{ '--folder': 'datax-platform', '--host': '127.0.0.1', '--port': '8086' },
  ...{ '--engine': 'in-process', '--home': undefined, '--at-once': '2', '--may-wait': '500' },
}

/** `assay datax serve`: the data-sync platform until the signal aborts. */
export async function serve(args: readonly string[], signal: AbortSignal): Promise<number> {
  const given = parse(args)
  const engine = await engineOf(given)
  const { servePlatform } = await import('../datax/platform/serve.ts')
  const token = process.env[TOKEN_VARIABLE]
  await using platform = await servePlatform({
    folder: resolve(given['--folder'] as string),
    host: given['--host'] as string,
    port: integer(given, '--port', 0, 65_535),
    atOnce: integer(given, '--at-once', 1, 64),
    mayWait: integer(given, '--may-wait', 0, 100_000),
    ...(token ? { token: new Secret(token) } : {}),
    ...(engine ? { engine } : {}),
  })
  process.stdout.write(`${platform.url}  (openapi: ${platform.url}/openapi.json)\n`)
  if (!signal.aborted) await once(signal, 'abort')
  return 0
}

type Given = Readonly<Record<string, string | undefined>>

function parse(args: readonly string[]): Given {
  const given: Record<string, string | undefined> = { ...DEFAULTS }
  for (let at = 0; at < args.length; at += 2) {
    const [name = '', value] = args.slice(at, at + 2)
    if (!Object.hasOwn(DEFAULTS, name)) {
      const best = nearest(name, Object.keys(DEFAULTS))
      throw new AssayError('ASSAY_USAGE', `"${name}" is no option of serve${best ? `; did you mean "${best}"?` : ''}`)
    }
    if (value === undefined) throw new AssayError('ASSAY_USAGE', `${name} needs a value`)
    given[name] = value
  }
  return given
}

function integer(given: Given, name: string, min: number, max: number): number {
  const text = given[name] ?? ''
  const value = Number(text)
  if (!/^\d{1,6}$/.test(text) || value < min || value > max)
    throw new AssayError('ASSAY_USAGE', `${name} must be an integer from ${min} to ${max}, and is "${text}"`)
  return value
}

/** Undefined for the platform's own: the in-process engine in threads. */
async function engineOf(given: Given) {
  const { '--engine': name = '', '--home': home } = given
  if (!ENGINE_NAMES.includes(name as EngineName))
    throw new AssayError('ASSAY_USAGE', `"${name}" is no engine; there are ${ENGINE_NAMES.join(', ')}`)
  if (name === 'in-process') return undefined
  return engineNamed(name as EngineName, home === undefined ? {} : { home: resolve(home) })
}
