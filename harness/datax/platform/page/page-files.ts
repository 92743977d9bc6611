import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { MODULE_EXTENSION, pageModule, pageStyle, SHARED } from '../../../page/page-source.ts'

/** Nothing from elsewhere, nothing written into the page, and no text that becomes markup. */
export const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

export type PageFile = { readonly path: string; readonly type: string; readonly body: string }

const TYPES = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  js: 'text/javascript; charset=utf-8',
} as const

/** The page at `/`: its markup, its style, and its modules as the browser loads them. */
export function pageFiles(): readonly PageFile[] {
  const folder = import.meta.dirname
  const client = join(folder, 'client')
  return [
    { path: '/', type: TYPES.html, body: readFileSync(join(folder, 'index.html'), 'utf8') },
    { path: '/page/icon.svg', type: TYPES.svg, body: readFileSync(join(folder, 'icon.svg'), 'utf8') },
    { path: '/page/page.css', type: TYPES.css, body: pageStyle(folder) },
    script('/page/shared/element.js', SHARED),
    ...readdirSync(client)
      .filter(name => name.endsWith(MODULE_EXTENSION) && !/\.(test|d)\.\w+$/.test(name))
      .map(name => script(`/page/client/${basename(name, MODULE_EXTENSION)}.js`, client)),
  ]
}

/** One module, its imports as addresses that the server knows. */
function script(path: string, folder: string): PageFile {
  const body = pageModule(folder, basename(path, '.js')).replace(
    /(from\s*['"])(\.\/|(?:\.\.\/)+page\/)([\w-]+)\.[jt]s(?=['"])/g,
    (_, from: string, to: string, name: string) => `${from}${to === './' ? './' : '/page/shared/'}${name}.js`,
  )
  return { path, type: TYPES.js, body }
}
