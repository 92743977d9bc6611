import { join } from 'node:path'
import { pageModule, SHARED } from '../../page/page-source.ts'

/** The modules of the page, each after those that it imports. */
const MODULES = [
  'format',
  'href',
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
 * The page's script: its modules in one scope, without imports, exports and types. Names are unique over all of them,
 * which a test checks.
 */
export function pageScript(): string {
  const client = join(import.meta.dirname, 'client')
  const modules = [pageModule(SHARED, 'element'), ...MODULES.map(name => pageModule(client, name))]
  return `'use strict'\n{\n${modules.map(withoutModules).join('\n')}\n}\n`
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
