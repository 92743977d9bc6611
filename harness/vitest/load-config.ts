import { existsSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Assay } from '../assay.ts'
import { AssayError } from '../errors.ts'

const NAMES = ['assay.config.ts', 'assay.config.js', 'assay.config.mjs']

/** The nearest assay.config.ts, from a folder upwards. Throws ASSAY_CONFIG_ASSAY. */
export function findConfig(from: string): string {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const found = NAMES.map(name => join(folder, name)).find(file => existsSync(file))
    if (found) return found
    if (folder === dirname(folder))
      throw new AssayError('ASSAY_CONFIG_ASSAY', `there is no assay.config.ts in ${resolve(from)} or above`, {
        hint: 'Create one with `export default defineAssay({ … })`: the README of the package shows a whole one.',
      })
  }
}

/** Where the project of an assay.config.ts keeps what Node compiled. */
export function compileCacheOf(config: string): string {
  return join(dirname(config), 'node_modules', '.cache', 'assay')
}

/** Loads it. Throws ASSAY_CONFIG_ASSAY where it does not export what defineAssay gives. */
export async function loadConfig(file: string): Promise<Assay> {
  // stripping types and compiling is most of what loading costs, and comes out the same every time
  enableCompileCache(compileCacheOf(file))
  const { default: assay } = (await import(pathToFileURL(file).href).catch(cause => {
    if (
      !(cause instanceof SyntaxError) ||
      !/import statement outside a module|Unexpected token 'export'/.test(cause.message)
    )
      throw cause
    throw new AssayError('ASSAY_CONFIG_ASSAY', 'Node takes it for a CommonJS module, which has no `import`', {
      ...{ where: { file }, cause },
      hint: 'Say `"type": "module"` in the package.json beside it.',
    })
  })) as { default?: Assay }
  if (!assay || !Array.isArray(assay.systems) || !Array.isArray(assay.targets)) {
    throw new AssayError('ASSAY_CONFIG_ASSAY', 'it has no `export default defineAssay({ systems, targets, … })`', {
      where: { file },
    })
  }
  return assay
}
