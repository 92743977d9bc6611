import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { styleText } from 'node:util'
import { codeFrame } from '../cases/frame.ts'
import { CaseFileError } from '../cases/load.ts'
import { type AssayError, formatError } from '../errors.ts'
import type { Command } from './command.ts'
import { openProject, type Project, parseFilter, selectFiles } from './project.ts'

const BROKEN = 3

/** Check case files. */
export const check: Command = {
  name: 'check',
  about: 'check case files without running them',
  usage: `assay check [file | folder …]

Checks case files: YAML, keys, actions and their inputs, references, ids, tags, owners. Prints every problem with its
line. Nothing is started. Exit code 0, or 3 where there is a problem.`,
  async run(args) {
    const project = await openProject()
    const paths = selectFiles(project, args.map(parseFilter))
    const problems = paths.flatMap(path => problemsOf(project, path))
    for (const problem of problems) process.stdout.write(`${show(project, problem)}\n\n`)
    const files = `${paths.length} case ${paths.length === 1 ? 'file' : 'files'}`
    process.stdout.write(
      problems.length === 0
        ? `${files}, no problem\n`
        : `${files}, ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}\n`,
    )
    return problems.length === 0 ? 0 : BROKEN
  },
}

function problemsOf(project: Project, path: string): readonly AssayError[] {
  try {
    project.files.load(path)
    return []
  } catch (error) {
    if (error instanceof CaseFileError) return error.problems
    throw error
  }
}

function show({ root }: Project, problem: AssayError): string {
  const { where } = problem
  if (where?.line === undefined) return formatError(problem)
  const frame = codeFrame(readFileSync(join(root, where.file), 'utf8'), { line: where.line, column: where.column })
  return `${formatError(problem)}\n${styleText('dim', frame)}`
}
