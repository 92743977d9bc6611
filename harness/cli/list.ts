import { expandCase } from '../cases/expand-case.ts'
import type { Command } from './command.ts'
import { parseOptions } from './options.ts'
import { openProject, parseFilter, selectFiles } from './project.ts'

const MAX_WIDTH = 40

/** List cases. */
export const list: Command = {
  name: 'list',
  about: 'list cases with their files, tags and owners',
  usage: `assay list [file | folder …]

Lists every case, one line for each cell of its matrix: key, name, file and line, tags, owner.

  --json   as JSON`,
  async run(args) {
    const { values, positionals } = parseOptions('list', args, { json: { type: 'boolean' } })
    const project = await openProject()
    const rows = selectFiles(project, positionals.map(parseFilter)).flatMap(path => {
      const file = project.files.load(path)
      return file.cases.flatMap(one =>
        expandCase(one, file.vars).map(({ key, name }) => ({
          key,
          name,
          suite: file.suite,
          file: file.file,
          line: one.place.line ?? 1,
          tags: [...new Set([...file.tags, ...one.tags])],
          owner: one.owner ?? file.owner,
          targets: file.targets.map(target => target.name),
          requires: [...file.requires, ...one.requires],
        })),
      )
    })
    if (values.json === true) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
    else {
      // the label of a cell can be long, and only its own line should feel that
      const width = Math.min(MAX_WIDTH, Math.max(0, ...rows.map(row => row.key.length)))
      for (const row of rows)
        process.stdout.write(
          `${row.key.padEnd(width)}  ${row.name}  (${row.file}:${row.line})${row.tags.map(tag => ` @${tag}`).join('')}${row.owner === undefined ? '' : ` ${row.owner}`}\n`,
        )
      process.stdout.write(`${rows.length} ${rows.length === 1 ? 'case' : 'cases'}\n`)
    }
    return rows.length === 0 ? 5 : 0
  },
}
