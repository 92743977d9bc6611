import { readdirSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import type { EvidenceFile } from '../report/model.ts'

/** The files below a folder, named relative to the run folder with forward slashes. */
export function listFiles(folder: string, runFolder: string): EvidenceFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => {
      const path = join(entry.parentPath, entry.name)
      return {
        name: relative(folder, path).split(sep).join('/'),
        path: relative(runFolder, path).split(sep).join('/'),
        bytes: statSync(path).size,
      }
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}
