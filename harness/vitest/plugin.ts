import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'
import { codeFrame } from '../cases/frame.ts'
import { CaseFileError } from '../cases/load.ts'
import type { AssayError } from '../errors.ts'
import type { CaseFiles } from './case-files.ts'
import { emit } from './emit.ts'

const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
const RUNTIME = fileURLToPath(new URL(`./runtime.${EXTENSION}`, import.meta.url))

/** The vite plugin: a `*.case.yaml` becomes a test module. */
export function caseFilePlugin(files: CaseFiles): Plugin {
  return {
    name: 'assay:case-files',
    // vitest calls this hook; vite's own type does not know it
    ...({
      configureVitest({
        defineCacheKeyGenerator,
      }: {
        defineCacheKeyGenerator(generate: (file: { id: string }) => string | undefined): void
      }) {
        defineCacheKeyGenerator(({ id }) => (id.endsWith('.case.yaml') ? files.cacheKey(id) : undefined))
      },
    } as object),
    watchChange(id) {
      if (id.endsWith('.yaml')) files.refresh()
    },
    transform: {
      filter: { id: /\.case\.yaml$/ },
      handler(text, id) {
        try {
          const file = files.load(id, text)
          for (const use of file.uses) this.addWatchFile(`${files.root}/${use}`)
          const { code, map } = emit({ file, id, text, runtime: RUNTIME })
          return { code, map: map as never, moduleType: 'js' }
        } catch (error) {
          if (!(error instanceof CaseFileError)) throw error
          const { file: name = files.name(id), line = 1, column = 1 } = error.where ?? {}
          // a mistake in a file of `use` is shown there
          const file = join(files.root, name)
          const own = file === id ? text : readFileSync(file, 'utf8')
          const frame = codeFrame(own, { line, column })
          return this.error({
            message: problemText(error.problems),
            id: file,
            frame,
            loc: { file, line, column: column - 1 },
          })
        }
      },
    },
  }
}

/** The first problem as the message, the others below it. */
function problemText(problems: readonly AssayError[]): string {
  const [first, ...rest] = problems
  const line = ({ code, where, message }: AssayError) =>
    `${code}  ${[where?.file, where?.line, where?.column].filter(part => part !== undefined).join(':')}  ${message}`
  const hint = first?.hint === undefined ? '' : `\n  ${first.hint}`
  const more =
    rest.length === 0
      ? ''
      : `\nand ${rest.length} more:\n${rest
          .slice(0, 20)
          .map(problem => `  ${line(problem)}`)
          .join('\n')}`
  return first ? `${line(first)}${hint}${more}` : 'the case file is not valid'
}
