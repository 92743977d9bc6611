import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import type { Assay } from '../assay.ts'
import { registryOf } from '../cases/registry.ts'
import { AssayError } from '../errors.ts'
import { CaseFiles } from '../vitest/case-files.ts'
import { findConfig, loadConfig } from '../vitest/load-config.ts'

export type Project = {
  readonly root: string
  readonly assay: Assay
  readonly files: CaseFiles
  /** Absolute paths of all case files. */
  readonly paths: readonly string[]
}

/** The project around a folder: its assay.config.ts and its case files. */
export async function openProject(from = process.cwd()): Promise<Project> {
  const config = findConfig(from)
  const root = dirname(config)
  const assay = await loadConfig(config)
  const paths = globSync('cases/**/*.case.yaml', { cwd: root, exclude: ['**/node_modules/**'] })
    .map(path => join(root, path))
    .sort()
  return { root, assay, paths, files: new CaseFiles(root, registryOf(assay), () => paths) }
}

/** A file, folder or part of a name that somebody typed, with the line that may follow it. */
export type Filter = { readonly text: string; readonly line?: number }

export function parseFilter(text: string): Filter {
  const match = /^(.*\.yaml):(\d+)(?::\d+)?$/.exec(text)
  return match ? { text: match[1] as string, line: Number(match[2]) } : { text }
}

/** The case files that a filter means; all of them without filters. Throws ASSAY_NO_CASES for a filter that means none. */
export function selectFiles({ root, paths }: Project, filters: readonly Filter[]): string[] {
  if (filters.length === 0) return [...paths]
  const selected = new Set<string>()
  for (const { text } of filters) {
    const full = resolve(text)
    const matching = paths.filter(
      path => path === full || path.startsWith(`${full}/`) || relative(root, path).includes(text),
    )
    if (matching.length === 0)
      throw new AssayError('ASSAY_NO_CASES', `no case file matches "${text}"`, {
        hint: existsSync(full)
          ? `Case files are those below ${join(root, 'cases')} whose names end in .case.yaml.`
          : '`npx assay list` shows all cases.',
      })
    for (const path of matching) selected.add(path)
  }
  return [...selected]
}

/** `file:line` for vitest: it only knows the line that a test begins on, people point anywhere inside a case. */
export function roundToCase(path: string, line: number): number {
  const lines = readFileSync(path, 'utf8').split('\n')
  const starts = lines.flatMap((text, index) => (/^ {0,4}-\s+id:/.test(text) ? [index + 1] : []))
  return starts.findLast(start => start <= line) ?? starts[0] ?? line
}
