import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { extname, join } from 'node:path'

/** Where what all pages share stands: their base style, and the module `element`. */
export const SHARED = import.meta.dirname

/** How the modules of the pages end: they are TypeScript in a checkout, and what tsc made of them in an installed package. */
export const MODULE_EXTENSION = extname(import.meta.filename)

/** One module of a page as JavaScript. */
export function pageModule(folder: string, name: string): string {
  const source = readFileSync(join(folder, `${name}${MODULE_EXTENSION}`), 'utf8')
  return MODULE_EXTENSION === '.ts' ? withoutTypes(source) : source
}

/** The style of the page in this folder: the base of all pages, then its own `page.css`. */
export function pageStyle(folder: string): string {
  return readFileSync(join(SHARED, 'base.css'), 'utf8') + readFileSync(join(folder, 'page.css'), 'utf8')
}

/** Node marks this function as experimental; a person who wants a page need not read that. */
function withoutTypes(source: string): string {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return stripTypeScriptTypes(source)
  } finally {
    process.emitWarning = emitWarning
  }
}
