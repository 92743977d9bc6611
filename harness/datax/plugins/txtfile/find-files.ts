import { readdir, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import { DataxError } from '../../errors.ts'

/** The files that a path of txtfilereader means, sorted: a file, a folder with all below it, or a pattern with `*` and `?`. */
export async function findFiles(paths: readonly string[]): Promise<readonly string[]> {
  const found = new Set<string>()
  for (const path of paths) {
    if (!isAbsolute(path)) throw new DataxError('TxtFileReader-01', `the path "${path}" is not absolute`)
    for (const file of await filesOf(path)) found.add(file)
  }
  if (found.size === 0) throw new DataxError('TxtFileReader-11', `no file matches ${paths.join(', ')}`)
  return [...found].sort()
}

async function filesOf(path: string): Promise<readonly string[]> {
  const wildcard = path.search(/[*?]/)
  if (wildcard < 0) {
    const info = await stat(path).catch(() => undefined)
    if (info?.isFile()) return [path]
    if (!info && path.endsWith('/')) throw missing(path)
    if (!info) {
      await folder(dirname(path))
      return []
    }
    return below(path)
  }
  const root = dirname(`${path.slice(0, wildcard)}x`)
  await folder(root)
  const source = path
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.?')
  const pattern = new RegExp(`^${source}$`)
  return (await below(root)).filter(file => pattern.test(file))
}

async function folder(path: string): Promise<void> {
  const info = await stat(path).catch(() => undefined)
  if (!info?.isDirectory()) throw missing(path)
}

function missing(path: string): DataxError {
  return new DataxError('TxtFileReader-04', `the directory ${path} does not exist`)
}

async function below(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true })
  const all = await Promise.all(
    entries.map(entry => {
      const at = join(path, entry.name)
      return entry.isDirectory() ? below(at) : entry.isFile() ? [at] : []
    }),
  )
  return all.flat()
}
