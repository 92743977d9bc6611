import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { extname, join } from 'node:path'

/** The modules of the page, each after those that it imports. */
const MODULES = [
  'element',
  'format',
  'words',
  'query',
  'route',
  'expand',
  'data',
  'pieces',
  'value-view',
  'row-view',
  'sql-view',
  'source-view',
  'step-view',
  'case-list',
  'case-page',
  'verdict-line',
  'overview',
  'keyboard',
  'main',
] as const

/**
 * The page's script: its modules in one scope, without imports, exports and types. They are TypeScript in a checkout, and
 * what tsc made of them in an installed package; names are unique over all of them, which a test checks.
 */
export function pageScript(): string {
  const extension = extname(import.meta.filename)
  const modules = MODULES.map(name => readFileSync(join(import.meta.dirname, 'client', `${name}${extension}`), 'utf8'))
  const scripts = modules.map(source => withoutModules(extension === '.ts' ? withoutTypes(source) : source))
  return `'use strict'\n{\n${scripts.join('\n')}\n}\n`
}

/** Node marks this function as experimental; a person who asked for a report need not read that. */
function withoutTypes(source: string): string {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return stripTypeScriptTypes(source)
  } finally {
    process.emitWarning = emitWarning
  }
}

function withoutModules(source: string): string {
  return source
    .replace(/^import\s[^'"]*?from\s*['"][^'"]+['"];?$/gm, '')
    .replace(/^import\s*['"][^'"]+['"];?$/gm, '')
    .replace(/^export \{\s*\};?$/gm, '')
    .replace(/^export /gm, '')
    .replace(/^\s*\/\/.*$/gm, '')
    .replace(/^\s*\/\*\*[\s\S]*?\*\/$/gm, '')
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{2,}/g, '\n')
}
