import { z } from 'zod'
import { builtin } from '../actions/builtin.ts'
import { type Action, defineAction } from '../actions/define-action.ts'
import { defineAssay } from '../assay.ts'
import type { AssayError } from '../errors.ts'
import { loadCaseFile } from './load.ts'
import type { CaseFile } from './model.ts'
import { type CaseRegistry, registryOf } from './registry.ts'
import { durationSchema } from './schema.ts'

const move = defineAction({
  name: 'demo.move',
  about: 'An action with an input of every kind.',
  input: z.strictObject({
    table: z.string(),
    rows: z.int().min(1).optional(),
    mode: z.enum(['full', 'incremental']).optional(),
    within: durationSchema.optional(),
    from: z.union([z.string(), z.strictObject({ host: z.string(), port: z.int().optional() })]).optional(),
    keys: z.array(z.string()).optional(),
    verify: z.boolean().optional(),
  }),
  async run() {
    return {}
  },
})

/** A registry for unit tests: the built-in actions, `demo.move`, and what is given besides. */
// biome-ignore lint/suspicious/noExplicitAny: a registry holds actions of every input and result
export function testRegistry(more: readonly Action<any, any>[] = []): CaseRegistry {
  const target = (name: string, roles: readonly string[]) => ({ name, about: name, roles, providers: [] })
  return registryOf(
    defineAssay({
      systems: [builtin, { name: 'demo', about: 'for tests', actions: [move, ...more] }],
      targets: [
        target('mariadb.replication', ['primary', 'replicas']),
        target('postgres.pair', ['source', 'destination']),
      ],
      tags: { nightly: 'runs every night', slow: 'takes minutes' },
      owners: { storage: 'storage@example.org' },
    }),
  )
}

export type TestFiles = Readonly<Record<string, string>>

/** Loads a case file called `x.case.yaml`; `files` are what its `use` may name. */
export function loadForTest(text: string, files: TestFiles = {}, registry = testRegistry()): CaseFile {
  return loadCaseFile({
    file: 'x.case.yaml',
    text,
    registry,
    read(use) {
      const found = files[use]
      if (found === undefined)
        throw Object.assign(new Error(`ENOENT: no such file, open '/project/${use}'`), { code: 'ENOENT' })
      return { file: use, text: found }
    },
  })
}

/** Everything that is wrong with a case file, a line each: `CODE file:line:column message`. */
export function problemsForTest(text: string, files?: TestFiles): string[] {
  try {
    loadForTest(text, files)
    return []
  } catch (error) {
    const problems = (error as { problems?: readonly AssayError[] }).problems
    if (!problems) throw error
    return problems.map(({ code, where, message }) => {
      const file = where?.file === 'x.case.yaml' ? '' : `${where?.file}:`
      return `${code} ${file}${where?.line}:${where?.column} ${message}`
    })
  }
}
