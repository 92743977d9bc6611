import { readdirSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { extname, join } from 'node:path'

/** Nothing from elsewhere, nothing written into the page, and no text that becomes markup. */
export const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

export type PageFile = { readonly path: string; readonly type: string; readonly body: string }

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/**
 * The page at `/`: its markup, its style, and its modules as the browser loads them. They are TypeScript in a checkout, whose types are
 * taken away here, and what tsc made of them in an installed package.
 */
export function pageFiles(): readonly PageFile[] {
  const folder = import.meta.dirname
  const extension = extname(import.meta.filename)
  const assets = readdirSync(folder).flatMap(name => {
    const type = TYPES[extname(name)]
    const path = name === 'index.html' ? '/' : `/page/${name}`
    return type === undefined ? [] : [{ path, type, body: readFileSync(join(folder, name), 'utf8') }]
  })
  const modules = readdirSync(join(folder, 'client'))
    .filter(name => name.endsWith(extension) && !/\.(test|d)\.\w+$/.test(name))
    .map(name => {
      const source = readFileSync(join(folder, 'client', name), 'utf8')
      const body = extension === '.ts' ? script(source) : source
      const path = `/page/client/${name.replace(/\.ts$/, '.js')}`
      return { path, type: 'text/javascript; charset=utf-8', body }
    })
  return [...assets, ...modules]
}

/** Node marks this function as experimental; a person who starts a server need not read that. */
function script(source: string): string {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return stripTypeScriptTypes(source).replace(/(from\s*'\.\/[\w-]+)\.ts'/g, "$1.js'")
  } finally {
    process.emitWarning = emitWarning
  }
}
