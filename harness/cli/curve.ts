import { parseDuration } from '../cases/duration.ts'
import { sizeOf, sizeSchema } from '../curve/actions/input.ts'
import { CurveClient } from '../curve/client.ts'
import { type IoOptions, PATTERNS, type Pattern } from '../curve/io/plan.ts'
import { liveLine, resultText } from '../curve/io/print.ts'
import { runIo } from '../curve/io/run.ts'
import type { CurveSettings, CurveUser } from '../curve/types.ts'
import { AssayError } from '../errors.ts'
import { Secret } from '../log/secret.ts'
import type { Command } from './command.ts'
import { parseOptions, usageError } from './options.ts'

const USAGE = `assay curve io PATH [options]

Runs a loop of I/O on the Curve volume PATH and verifies every block: what the loop reads, and at the end everything that
it wrote, on fresh openings. The volume's content is overwritten.

  --conf FILE          client.conf. Default /etc/curve/py_client.conf
  --python PROGRAM     interpreter that has the module curvefs. Default python3
  --python-path DIR    folder with the module, where the interpreter does not find it by itself
  --user NAME          owner to call as; root's password is taken from ASSAY_CURVE_PASSWORD. Default assay
  --create SIZE        make the volume first
  --pattern NAME       ${PATTERNS.join(', ')}. Default random
  --block-size SIZE    bytes of one I/O. Default 4096
  --depth N            sidecars, each with one call at a time. Default 1
  --overlap            every sidecar goes everywhere; otherwise each has a part
  --read-share N       percent of the I/Os that read. Default 50
  --rate N             I/Os per second over all sidecars. Default: as many as there can be
  --offset SIZE        where the working set starts. Default 0
  --working-set SIZE   its bytes. Default: the whole volume
  --duration TIME      how long the loop runs. Default 10s
  --count N            or how many I/Os it makes
  --ramp TIME          time before that, which is not measured
  --precondition       write the whole working set first
  --grow SIZE@TIME     extend the volume to SIZE after TIME, and the working set with it
  --verify WHAT        off, inline, end, both. Default both
  --unwritten WHAT     what a block that was never written holds: zeros, any. Default zeros
  --deadline TIME      silence after which a sidecar is killed and replaced. Default 30s
  --seed TEXT          default: the time
  --json               the result as JSON

Exit code: 0 verified, 1 a block differs or a call failed, 3 the module or the cluster cannot be used, 64 wrong usage.`

const OPTIONS = {
  conf: { type: 'string', default: '/etc/curve/py_client.conf' },
  python: { type: 'string' },
  'python-path': { type: 'string' },
  user: { type: 'string', default: 'assay' },
  create: { type: 'string' },
  pattern: { type: 'string' },
  'block-size': { type: 'string' },
  depth: { type: 'string' },
  overlap: { type: 'boolean' },
  'read-share': { type: 'string' },
  rate: { type: 'string' },
  offset: { type: 'string' },
  'working-set': { type: 'string' },
  duration: { type: 'string' },
  count: { type: 'string' },
  ramp: { type: 'string' },
  precondition: { type: 'boolean' },
  grow: { type: 'string' },
  verify: { type: 'string' },
  unwritten: { type: 'string' },
  deadline: { type: 'string' },
  seed: { type: 'string' },
  json: { type: 'boolean' },
} as const

/** `assay curve io`: verified I/O on one volume. */
export const curve: Command = {
  name: 'curve',
  about: 'curve io: run I/O on a Curve volume and verify every block',
  usage: USAGE,
  async run(args, signal) {
    const { values, path } = parsed(args)
    const user: CurveUser = {
      owner: values.user,
      ...(process.env.ASSAY_CURVE_PASSWORD ? { password: new Secret(process.env.ASSAY_CURVE_PASSWORD) } : {}),
    }
    const settings: CurveSettings = {
      ...{ conf: values.conf, user, python: values.python, pythonPath: values['python-path'] },
    }
    const options = optionsOf(values, path)
    if (values.create !== undefined) {
      await using client = new CurveClient(settings)
      await client.init()
      await client.create(path, { size: size(values.create, 'create') })
    }
    const result = await runIo({
      ...options,
      settings,
      signal,
      live: figures => console.error(liveLine(figures)),
    })
    console.log(values.json ? JSON.stringify(result, null, 2) : resultText(result))
    return result.mismatches > 0 || Object.keys(result.errors).length > 0 ? 1 : 0
  },
}

function parsed(args: readonly string[]) {
  const { values, positionals } = parseOptions('curve', args, OPTIONS)
  const [verb, path, ...rest] = positionals
  if (verb !== 'io' || path === undefined || rest.length > 0)
    throw usageError('curve', `curve knows "io PATH", not "${positionals.join(' ')}"`)
  return { values, path }
}

function optionsOf(values: ReturnType<typeof parsed>['values'], path: string): IoOptions {
  const [to, after] = values.grow?.split('@') ?? []
  return {
    path,
    pattern: oneOf(values.pattern, PATTERNS, 'pattern') as Pattern | undefined,
    blockSize: optional(values['block-size'], text => size(text, 'block-size')),
    depth: optional(values.depth, text => number(text, 'depth')),
    overlap: values.overlap,
    readShare: optional(values['read-share'], text => number(text, 'read-share')),
    rate: optional(values.rate, text => number(text, 'rate')),
    offset: optional(values.offset, text => size(text, 'offset')),
    workingSet: optional(values['working-set'], text => size(text, 'working-set')),
    duration: optional(values.duration ?? (values.count === undefined ? '10s' : undefined), text =>
      time(text, 'duration'),
    ),
    count: optional(values.count, text => number(text, 'count')),
    ramp: optional(values.ramp, text => time(text, 'ramp')),
    precondition: values.precondition,
    ...(to === undefined ? {} : { grow: { to: size(to, 'grow'), after: time(after ?? '', 'grow') } }),
    verify: oneOf(values.verify, ['off', 'inline', 'end', 'both'] as const, 'verify'),
    unwritten: oneOf(values.unwritten, ['zeros', 'any'] as const, 'unwritten'),
    deadline: optional(values.deadline, text => time(text, 'deadline')),
    seed: values.seed ?? new Date().toISOString(),
  }
}

function optional<T>(text: string | undefined, read: (text: string) => T): T | undefined {
  return text === undefined ? undefined : read(text)
}

function number(text: string, option: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) throw wrong(option, text, 'a number')
  return value
}

function size(text: string, option: string): number {
  if (!sizeSchema.safeParse(text).success) throw wrong(option, text, 'a size like 64MiB')
  return Number(sizeOf(text))
}

function time(text: string, option: string): number {
  try {
    return parseDuration(text)
  } catch {
    throw wrong(option, text, 'a time like 10s')
  }
}

function oneOf<T extends string>(text: string | undefined, choices: readonly T[], option: string): T | undefined {
  if (text === undefined) return undefined
  const found = choices.find(choice => choice === text)
  if (found === undefined) throw wrong(option, text, `one of ${choices.join(', ')}`)
  return found
}

function wrong(option: string, text: string, what: string): AssayError {
  return new AssayError('ASSAY_USAGE', `--${option} "${text}" is not ${what}`, { hint: 'Run `assay help curve`.' })
}
