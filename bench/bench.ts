/** `npm run bench [name…]`: runs the benches side by side with their peers, prints a table, writes reports/bench/<time>.json. */
import { globSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { nearest } from '../harness/cases/suggest.ts'
import type { Bench, Measurement } from './measurement.ts'

const root = join(import.meta.dirname, '..')
const own = new Set(['bench.ts', 'measurement.ts'])
const benches = new Map<string, string>(
  globSync('*.ts', { cwd: import.meta.dirname })
    .filter(file => !own.has(file) && !file.endsWith('.test.ts'))
    .sort()
    .map(file => [basename(file, '.ts'), join(import.meta.dirname, file)]),
)

const asked = process.argv.slice(2)
const unknown = asked.find(name => !benches.has(name))
if (unknown !== undefined) {
  const best = nearest(unknown, benches.keys())
  process.stderr.write(
    `there is no bench "${unknown}"${best === undefined ? '' : `; did you mean "${best}"?`} There are ${[...benches.keys()].join(', ')}.\n`,
  )
  process.exit(64)
}

const all: Measurement[] = []
for (const [name, file] of benches) {
  if (asked.length > 0 && !asked.includes(name)) continue
  const { default: bench } = (await import(pathToFileURL(file).href)) as { default: Bench }
  process.stdout.write(`${name}\n`)
  await bench.run({
    measured: measurement => {
      all.push({ bench: name, ...measurement })
      process.stdout.write(`  ${line({ bench: name, ...measurement })}\n`)
    },
    missing: (peer, why) => process.stdout.write(`  peer missing: ${peer} (${why})\n`),
    note: text => process.stdout.write(`  ${text}\n`),
  })
}

const folder = join(root, 'reports', 'bench')
mkdirSync(folder, { recursive: true })
const path = join(folder, `${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}Z.json`)
writeFileSync(path, `${JSON.stringify(all, null, 2)}\n`)
process.stdout.write(`${path}\n`)
process.exitCode = all.some(({ holds }) => holds === false) ? 1 : 0

function line({ metric, value, unit, against, ratio, goal, holds }: Measurement): string {
  const parts = [metric.padEnd(48), `${round(value)} ${unit}`.padStart(12)]
  if (against !== undefined) parts.push(`against ${round(against)} ${unit}`)
  if (ratio !== undefined) parts.push(`ratio ${ratio.toFixed(2)}`)
  if (goal !== undefined) parts.push(`goal ${goal}: ${holds === true ? 'holds' : 'DOES NOT HOLD'}`)
  return parts.join('  ')
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}
