import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Folders of this package whose code decides what test module a case file becomes. */
const FOLDERS = ['.', '../cases'].map(folder => fileURLToPath(new URL(folder, import.meta.url)))

/** Changes with the code that reads case files and writes test modules: a cached module of an older assay must not run. */
export function codeFingerprint(): string {
  const hash = createHash('sha256')
  for (const folder of FOLDERS) {
    for (const name of globSync('*.{ts,js}', { cwd: folder }).sort()) {
      if (!name.includes('.test.')) hash.update(name).update(readFileSync(`${folder}/${name}`))
    }
  }
  return hash.digest('hex')
}
