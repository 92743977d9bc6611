import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import type { RunResult } from '../../report/model.ts'
import { normalise } from './normalise.ts'

/** Top of this checkout. */
export const CHECKOUT = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '')
const DEMO = fileURLToPath(new URL('./demo.ts', import.meta.url))

export type Finished = {
  readonly exitCode: number | null
  /** What was printed, with times, paths and run names replaced: the same from run to run. */
  readonly output: string
}

export type RunOptions = {
  readonly env?: Readonly<Record<string, string>>
  /** Sent once the output holds the text. */
  readonly interruptAt?: string
}

/** A vitest that waits for changes. */
export type Watching = Disposable & { output(): string }

/** A small project in a temporary folder, in which the real vitest runs. */
export class Project implements Disposable {
  readonly folder: string

  /** `files` by path; assay.config.ts and vitest.config.ts are there unless they are given. */
  constructor(files: Readonly<Record<string, string>>) {
    this.folder = mkdtempSync(join(tmpdir(), 'assay-project-'))
    symlinkSync(join(CHECKOUT, 'node_modules'), join(this.folder, 'node_modules'))
    const all = {
      'package.json': '{ "type": "module" }',
      'assay.config.ts': ASSAY_CONFIG,
      'vitest.config.ts': VITEST_CONFIG,
      ...files,
    }
    for (const [path, text] of Object.entries(all)) this.write(path, text)
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true })
    writeFileSync(join(this.folder, path), text)
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8')
  }

  list(path: string): string[] {
    return readdirSync(join(this.folder, path), { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name).slice(join(this.folder, path).length + 1))
      .sort()
  }

  /** The result model of the last run. */
  get result(): RunResult {
    return JSON.parse(this.read('reports/latest/results.json')) as RunResult
  }

  /** `id verdict` of each case of the last run, with its reason or the message of its error. */
  get verdicts(): string[] {
    return this.result.cases.map(({ id, cell, verdict, reason, attempts }) => {
      const told = reason ?? attempts.at(-1)?.error?.message
      return `${id}${cell === undefined ? '' : `[${cell}]`} ${verdict}${told === undefined ? '' : `: ${told}`}`
    })
  }

  /** Runs `vitest run` with the arguments, in a process of its own. */
  async run(args: readonly string[] = [], { env = {}, interruptAt }: RunOptions = {}): Promise<Finished> {
    const child = spawn(process.execPath, [join(CHECKOUT, 'node_modules/vitest/vitest.mjs'), 'run', ...args], {
      cwd: this.folder,
      env: { ...cleanEnvironment(), ASSAY_SEED: '7', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const chunks: Buffer[] = []
    let interrupted = false
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        if (interruptAt === undefined || interrupted || !Buffer.concat(chunks).toString().includes(interruptAt)) return
        interrupted = true
        child.kill('SIGINT')
      })
    }
    const exitCode = await new Promise<number | null>(resolve => child.once('close', resolve))
    const output = stripVTControlCharacters(Buffer.concat(chunks).toString('utf8'))
    return { exitCode, output: normalise(output, this.folder, CHECKOUT) }
  }

  /** Starts vitest in watch mode; it is killed with the answer's disposal. */
  watch(): Watching {
    const child = spawn(process.execPath, [join(CHECKOUT, 'node_modules/vitest/vitest.mjs'), '--watch'], {
      cwd: this.folder,
      env: { ...cleanEnvironment(), ASSAY_SEED: '7' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const chunks: Buffer[] = []
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    return {
      output: () => stripVTControlCharacters(Buffer.concat(chunks).toString('utf8')),
      [Symbol.dispose]: () => child.kill('SIGKILL'),
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** Without what the vitest that runs this test has set for its own workers. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env
  return { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }), NO_COLOR: '1' }
}

const ASSAY_CONFIG = `export { default } from '${DEMO}'\n`

const VITEST_CONFIG = `import { defineConfig } from 'vitest/config'
import { assayVitest } from '${CHECKOUT}/harness/vitest/index.ts'
const assay = await assayVitest({ maxWorkers: 1 })
export default defineConfig({
  cacheDir: '.cache',
  plugins: [assay.plugin],
  test: {
    fsModuleCachePath: '.cache/modules',
    includeTaskLocation: true,
    strictTags: true,
    tags: assay.tags,
    reporters: [assay.reporter],
    projects: assay.projects,
  },
})
`
