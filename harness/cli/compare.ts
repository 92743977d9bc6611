import { parseDuration } from '../cases/duration.ts'
import { compareSchema } from '../compare/compare-schema.ts'
import { type CompareTablesResult, compareTables, type TablesProgress } from '../compare/compare-tables.ts'
import { describeFinding } from '../compare/diff-shapes.ts'
import { endpointFromUrl } from '../compare/endpoint-url.ts'
import { showDifferences } from '../compare/show-rows.ts'
import { AssayError, formatError } from '../errors.ts'
import type { Command } from './command.ts'
import { ProgressLines } from './compare-progress.ts'
import { parseOptions } from './options.ts'

const EXIT = { equal: 0, different: 1, undecided: 2 } as const

const USAGE = `assay compare LEFT RIGHT [--table NAME …]
assay compare watch SOURCE DESTINATION --table NAME --window-column C [--interval 15m] [--look-back 24h] [--lag 5h] [--alarms URL] [--once] [--log DIR] [--json]

Compares tables of two servers: one digest pass on each, then the keys, rows and columns that differ.
LEFT and RIGHT are postgres://user@host:5432/database or mysql://user@host:3306/database; their passwords are taken from
ASSAY_LEFT_PASSWORD and ASSAY_RIGHT_PASSWORD. LEFT holds what should be. ?sslmode=require (verify-ca, verify-full) encrypts;
&sslrootcert=FILE names the authority.

  --table NAME      a table; * stands for any characters; may be given again. Default: all tables
  --schema NAME     schema (MySQL: database). Default: public, or the URL's database
  --by-value        1.0 equals 1.00, -0 equals 0; default is bit for bit
  --key A,B         columns that identify a row. Default: the primary key, else a unique key, else none
  --columns A,B     only these columns
  --ignore A,B      not these columns
  --where SQL       only rows for which this holds
  --one-in N        one key in N, chosen by hash
  --second-hash     sum a second, independent hash besides
  --recheck N       look at differing rows again N times, to tell rows in flight from lasting differences
  --pause 1s        pause before each look again
  --parallel N      tables at a time; default 2
  --connections N   connections to each MySQL server that read a large table in ranges of its key; default 2
  --examples N      differing rows shown per table, at most 50; default 20
  --schema-only     compare tables, columns, keys and indexes, and no rows
  --progress-every 10s  how often a line of progress goes to stderr where that is no terminal
  --quiet           no progress
  --json            the results as JSON, and no progress

Exit code: 0 equal, 1 different, 2 could not compare, 64 wrong usage.`

/** Compare tables of two servers. */
export const compare: Command = {
  name: 'compare',
  about: 'compare tables of two servers, rows or schema',
  usage: USAGE,
  async run(args, signal) {
    if (args[0] === 'watch') return (await import('./transfer/watch.ts')).watchTables(args.slice(1), signal)
    const { values, positionals } = parsed(args)
    if (positionals.length !== 2) {
      throw new AssayError('ASSAY_USAGE', `compare needs LEFT and RIGHT, got ${positionals.length} of them`, {
        hint: 'Run `assay help compare`.',
      })
    }
    const [left, right] = (['left', 'right'] as const).map((side, index) => ({
      endpoint: endpointFromUrl(
        positionals[index] as string,
        side,
        process.env[`ASSAY_${side.toUpperCase()}_PASSWORD`],
      ),
      schema: values.schema,
    })) as [Side, Side]
    const input: Input = { left, right, values, signal }
    try {
      return await (values['schema-only'] ? schemas(input) : rows(input))
    } catch (error) {
      if (!(error instanceof AssayError) || signal.aborted) throw error
      if (error.kind === 'usage' || error.kind === 'case') throw error
      if (values.json) print({ verdict: 'undecided', reason: error.message, code: error.code })
      process.stderr.write(`${formatError(error)}\n`)
      return EXIT.undecided
    }
  },
}

type Side = { readonly endpoint: ReturnType<typeof endpointFromUrl>; readonly schema: string | undefined }
type Values = ReturnType<typeof parsed>['values']
type Input = { readonly left: Side; readonly right: Side; readonly values: Values; readonly signal: AbortSignal }

function parsed(args: readonly string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  return parseOptions('compare', args, {
    ...{ table: { type: 'string', multiple: true }, schema: text, key: text, columns: text, ignore: text },
    ...{ where: text, 'one-in': text, recheck: text, pause: text, parallel: text, examples: text },
    ...{ connections: text, 'progress-every': text, quiet: flag },
    ...{ 'by-value': flag, 'second-hash': flag, 'schema-only': flag, json: flag },
  })
}

const list = (text: string | undefined) => text?.split(',').map(name => name.trim())

function count(
  values: Values,
  name: 'one-in' | 'recheck' | 'parallel' | 'examples' | 'connections',
): number | undefined {
  const text = values[name]
  if (text === undefined) return undefined
  if (!/^\d{1,6}$/.test(text)) throw new AssayError('ASSAY_USAGE', `--${name} ${text} is not a number`)
  return Number(text)
}

async function schemas({ left, right, values, signal }: Input): Promise<number> {
  const result = await compareSchema({ left, right, tables: values.table, signal })
  if (values.json) print(result)
  else console.log([result.summary, ...result.findings.map(describeFinding)].join('\n'))
  return EXIT[result.verdict]
}

async function rows({ left, right, values, signal }: Input): Promise<number> {
  const recheck = count(values, 'recheck')
  using progress = live(values)
  const result = await compareTables({
    left,
    right,
    tables: values.table,
    mode: values['by-value'] ? 'by-value' : 'exact',
    key: list(values.key),
    columns: list(values.columns),
    ignore: list(values.ignore),
    where: values.where,
    oneIn: count(values, 'one-in'),
    secondHash: values['second-hash'],
    parallel: count(values, 'parallel'),
    examples: count(values, 'examples'),
    ...(recheck ? { recheck: { times: recheck, pause: parseDuration(values.pause ?? '1s') } } : {}),
    progress: progress.show,
    connections: count(values, 'connections'),
    signal,
  })
  progress[Symbol.dispose]()
  if (values.json) print(result)
  else console.log(show(result, values))
  return EXIT[result.verdict]
}

/** Progress on stderr, so that what is on stdout stays as it is. */
function live(values: Values): Disposable & { readonly show?: (progress: TablesProgress) => void } {
  if (values.json || values.quiet) return { [Symbol.dispose]() {} }
  const { stderr } = process
  const lines = new ProgressLines({
    write: text => stderr.write(text),
    terminal: stderr.isTTY === true,
    every: parseDuration(values['progress-every'] ?? (stderr.isTTY ? '1s' : '10s')),
    now: () => performance.now(),
    columns: stderr.columns,
  })
  const timer = setInterval(() => lines.tick(), 200)
  return {
    show: progress => lines.show(progress),
    [Symbol.dispose]() {
      clearInterval(timer)
      lines.end()
    },
  }
}

function show({ schema, tables, failed, verdict, nothing }: CompareTablesResult, values: Values): string {
  const parts = schema.map(describeFinding)
  for (const table of tables) {
    parts.push(table.summary)
    parts.push(...table.drift.map(text => `  ${text}`))
    if (table.cost.connections > 2) parts.push(`  ${howRead(table)}`)
    const differences = showDifferences(table)
    if (differences) parts.push(differences.replaceAll(/^/gm, '  '))
  }
  parts.push(...failed.map(({ table, reason }) => `${table}: undecided, ${reason}`))
  if (nothing !== undefined) parts.push(`${nothing}${separate(values.table)}`)
  if (tables.length + failed.length !== 1) parts.push(`${tables.length} tables compared: ${verdict}`)
  return parts.join('\n')
}

function separate(names: readonly string[] | undefined): string {
  return names?.some(name => name.includes(',')) ? ' (--table is given once for each)' : ''
}

function howRead({ cost, heldStill }: CompareTablesResult['tables'][number]): string {
  const { left, right } = heldStill
  return `read over ${cost.connections} connections, held still by ${left === right ? left : `${left} and ${right}`}`
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}
