import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { builtin } from '../actions/builtin.ts'
import { defineAssay } from '../assay.ts'
import { registryOf } from '../cases/registry.ts'
import { CaseFiles } from './case-files.ts'

const code = vi.hoisted(() => ({ of: 'one assay' }))
vi.mock('./code-fingerprint.ts', () => ({ codeFingerprint: () => code.of }))

const folder = mkdtempSync(join(tmpdir(), 'assay-case-files-'))
afterAll(() => rmSync(folder, { recursive: true }))

const path = join(folder, 'm.case.yaml')
const shared = join(folder, 'shared.steps.yaml')
const earlier = join(folder, 'a.case.yaml')

const keyOf = (tags: Readonly<Record<string, string>> = {}) => {
  const assay = defineAssay({ systems: [builtin], targets: [], tags, owners: {} })
  return new CaseFiles(folder, registryOf(assay), () => [path, earlier]).cacheKey(path)
}

test('a cached module is good for the same code, registry, shared files and owners of its ids, and for no others', () => {
  writeFileSync(path, 'suite: m\nuse: [shared.steps.yaml]\ncases:\n  - id: M-1\n')
  writeFileSync(shared, 'steps: {}\n')
  writeFileSync(earlier, 'suite: a\ncases:\n  - id: A-1\n')
  const key = keyOf()
  const others = [keyOf({ slow: 'Slow.' })]
  code.of = 'another assay'
  others.push(keyOf())
  code.of = 'one assay'
  writeFileSync(shared, 'steps: { }\n')
  others.push(keyOf())
  writeFileSync(shared, 'steps: {}\n')
  writeFileSync(earlier, 'suite: a\ncases:\n  - id: M-1\n')
  others.push(keyOf())
  writeFileSync(earlier, 'suite: a\ncases:\n  - id: A-2\n')
  expect(keyOf()).toBe(key)
  expect(new Set([key, ...others]).size).toBe(5)
})
