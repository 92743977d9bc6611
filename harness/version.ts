import { readFileSync } from 'node:fs'

/** The version of this package, from the package.json above: `harness/` in a checkout, `dist/harness/` when installed. */
export const VERSION: string = find(new URL('..', import.meta.url))

function find(folder: URL): string {
  try {
    const { name, version } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')) as {
      name?: string
      version?: string
    }
    if (name === 'assay' && version !== undefined) return version
  } catch {
    // not this folder
  }
  const above = new URL('..', folder)
  return above.href === folder.href ? 'unknown' : find(above)
}
