import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { caseJsonSchema } from '../cases/schema.ts'
import type { Command } from './command.ts'
import { parseOptions, usageError } from './options.ts'
import { openProject } from './project.ts'

/** The JSON Schema of case files, with the actions of the project's own assay.config.ts. */
export const schema: Command = {
  name: 'schema',
  about: 'print the schema of case files, for completion in editors',
  usage: `assay schema [--out FILE]

Prints the JSON Schema (draft-07) of a case file with all actions of assay.config.ts. Name it in the first line of each
case file, and an editor with a YAML language server completes keys and shows what they mean:

  # yaml-language-server: $schema=../case.schema.json`,
  async run(args) {
    const { values, positionals } = parseOptions('schema', args, { out: { type: 'string' } })
    if (positionals.length > 0) throw usageError('schema', `schema takes no words, "${positionals[0]}" was given`)
    const { files } = await openProject()
    const text = `${JSON.stringify(caseJsonSchema(files.registry), null, 1)}\n`
    if (values.out === undefined) process.stdout.write(text)
    else {
      mkdirSync(dirname(values.out), { recursive: true })
      writeFileSync(values.out, text)
    }
    return 0
  },
}
