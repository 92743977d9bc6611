import { existsSync } from 'node:fs'
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
        hint: 'Create one with `export default defineAssay({ … })`.',
      })
  }
}

/** Loads it. Throws ASSAY_CONFIG_ASSAY where it does not export what defineAssay gives. */
export async function loadConfig(file: string): Promise<Assay> {
  const { default: assay } = (await import(pathToFileURL(file).href)) as { default?: Assay }
  if (!assay || !Array.isArray(assay.systems) || !Array.isArray(assay.targets)) {
    throw new AssayError('ASSAY_CONFIG_ASSAY', 'it has no `export default defineAssay({ systems, targets, … })`', {
      where: { file },
    })
  }
  return assay
}
