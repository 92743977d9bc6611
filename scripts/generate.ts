/** Writes what is generated: the schema for editors, docs/actions.md, docs/errors.md. With --check it only says what is stale. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import assay from '../assay.config.ts'
import { registryOf } from '../harness/cases/registry.ts'
import { caseJsonSchema } from '../harness/cases/schema.ts'
import { actionsPage } from './actions-page.ts'
import { errorsPage } from './errors-page.ts'

const root = join(import.meta.dirname, '..')
const files: Readonly<Record<string, () => string>> = {
  'cases/case.schema.json': () => `${JSON.stringify(caseJsonSchema(registryOf(assay)), null, 1)}\n`,
  'docs/actions.md': () => actionsPage(assay),
  'docs/errors.md': errorsPage,
}

const check = process.argv.includes('--check')
let stale = 0
for (const [name, make] of Object.entries(files)) {
  const path = join(root, name)
  const text = make()
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue
  stale++
  if (!check) writeFileSync(path, text)
  process.stdout.write(`${name} ${check ? 'is stale: run `npm run generate`' : 'written'}\n`)
}
process.exitCode = check && stale > 0 ? 1 : 0
