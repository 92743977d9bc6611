import { globSync, readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { RECIPE } from '../transfer/recipe.ts'

const root = resolve(import.meta.dirname, '..', '..')
const page = readFileSync(resolve(root, 'docs/greenplum.md'), 'utf8')
const rows = [...page.matchAll(/^\| ((?:[SBT]\d\d(?:, )?)+) \| (.*) \| (.*) \|$/gm)]
const named = rows.flatMap(([, ids = '', , shown = '']) => ids.split(', ').map(id => ({ id, shown })))

const caseIds = new Set(
  globSync('cases/greenplum/*.case.yaml', { cwd: root }).flatMap(file =>
    [...readFileSync(resolve(root, file), 'utf8').matchAll(/^ {2}- id: (\S+)$/gm)].map(match => match[1]),
  ),
)
const tests = globSync('{harness,scripts}/**/*.test.ts', { cwd: root })

const numbered = (letter: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${letter}${String(index + 1).padStart(2, '0')}`)

test('the page has every requirement, defect and case of the reference, once', () => {
  const ids = named.map(({ id }) => id).sort()
  expect(ids).toEqual([...numbered('B', 38), ...numbered('S', 27), ...numbered('T', 32)])
})

test('and names cases, tests and mistakes that there are', () => {
  const unknown = named.flatMap(({ id, shown }) => {
    const cases = [...shown.matchAll(/GP-[A-Z]+-\d{3}/g)].map(([name]) => name).filter(name => !caseIds.has(name))
    const files = [...shown.matchAll(/[\w/-]+\.test\.ts/g)]
      .map(([name]) => name)
      .filter(name => !tests.some(file => basename(file) === name || file.endsWith(`/${name}`)))
    const mistakes = [...shown.matchAll(/mutant (\w+)/g)].map(match => match[1] ?? '').filter(name => !(name in RECIPE))
    return [...cases, ...files, ...mistakes].map(name => `${id}: ${name}`)
  })
  expect(unknown).toEqual([])
})

test('every row names at least one', () => {
  const bare = named.filter(({ shown }) => !/GP-|\.test\.ts|npm run bench/.test(shown))
  expect(bare).toEqual([])
})
