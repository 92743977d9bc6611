import { globSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const SYSTEMS = ['klustron', 'greenplum', 'datax', 'curve', 'openstore'] as const

type Import = { readonly from: string; readonly to: string; readonly typeOnly: boolean }

/** Every relative import of the library and the stand-ins; tests may reach further. */
function imports(): Import[] {
  const files = globSync('{harness,fixtures}/**/*.ts', { cwd: root }).filter(file => !/\.test\.ts$/.test(file))
  return files.flatMap(file => {
    const text = readFileSync(join(root, file), 'utf8')
    const found = text.matchAll(
      /^(?:import|export)\s+(type\s+)?(?:[^'"]*?\sfrom\s+)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/gm,
    )
    return [...found].flatMap(match => {
      const target = match[2] ?? match[3] ?? ''
      const to = target.startsWith('.') ? relative(root, resolve(root, file, '..', target)) : target
      return [{ from: file, to, typeOnly: match[1] !== undefined }]
    })
  })
}

const all = imports()
const within = (folder: string) => (path: string) => path.startsWith(`${folder}/`)
const offending = (bad: (one: Import) => boolean) => all.filter(bad).map(({ from, to }) => `${from} → ${to}`)

test('the search for imports finds them', () => {
  expect(all.length).toBeGreaterThan(200)
  expect(all.some(({ from, to }) => from === 'harness/run/case-run.ts' && to === 'harness/errors.ts')).toBe(true)
})

test('harness does not import fixtures', () => {
  expect(offending(({ from, to }) => within('harness')(from) && within('fixtures')(to))).toEqual([])
})

test('nothing imports the command line', () => {
  expect(offending(({ from, to }) => within('harness/cli')(to) && !within('harness/cli')(from))).toEqual([])
})

test('a system room imports no other system, no vitest and no fixtures', () => {
  for (const system of SYSTEMS) {
    const others = SYSTEMS.filter(other => other !== system).map(other => `harness/${other}`)
    const forbidden = [...others, 'harness/vitest', 'fixtures', 'harness/cli']
    expect(
      offending(({ from, to }) => within(`harness/${system}`)(from) && forbidden.some(folder => within(folder)(to))),
    ).toEqual([])
  }
})

test('cases and stats are pure: no sockets, no processes, no files', () => {
  const impure = /^node:(net|http|https|dgram|tls|child_process|fs|fs\/promises|timers|dns)$|^(pg|mysql2|ssh2)/
  expect(
    offending(
      ({ from, to, typeOnly }) =>
        (within('harness/cases')(from) || within('harness/stats')(from)) && !typeOnly && impure.test(to),
    ),
  ).toEqual([])
  expect(
    offending(
      ({ from, to, typeOnly }) => from === 'harness/report/model.ts' && !typeOnly && !to.startsWith('harness/'),
    ),
  ).toEqual([])
})

test('only the vitest room, and tests, know vitest', () => {
  const allowed = ['harness/vitest', 'harness/cli']
  expect(
    offending(
      ({ from, to, typeOnly }) => /^vitest/.test(to) && !typeOnly && !allowed.some(path => from.startsWith(path)),
    ),
  ).toEqual([])
})
