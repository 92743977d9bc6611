import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Script } from 'node:vm'
import { expect, test } from 'vitest'
import { pageScript } from './script.ts'

const FOLDER = join(import.meta.dirname, 'client')
const modules = [
  join(import.meta.dirname, '../../page/element.ts'),
  ...readdirSync(FOLDER)
    .filter(name => !name.endsWith('.test.ts'))
    .map(name => join(FOLDER, name)),
].map(path => readFileSync(path, 'utf8'))

test('one script comes out of the modules: it parses, and nothing of modules or types is left', () => {
  const script = pageScript()
  expect(() => new Script(script)).not.toThrow()
  expect(script).not.toMatch(/^\s*(import|export|type|interface)\s/m)
  for (const source of modules) {
    const exported = source.matchAll(/^export (?:async )?(?:function|const) (\w+)/gm)
    for (const [, word] of exported) expect(script).toContain(` ${word}`)
  }
})

test('names are unique over all modules, since they share a scope', () => {
  const declared = modules.flatMap(source =>
    [...source.matchAll(/^(?:export )?(?:async )?(?:function|const|let|class) (\w+)/gm)].map(([, word]) => word),
  )
  expect(declared.filter((word, index) => declared.indexOf(word) !== index)).toEqual([])
})

test('the page is built of elements and text: nothing parses markup', () => {
  expect(pageScript()).not.toMatch(
    /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|createContextualFragment/,
  )
})
