import { dirname, join } from 'node:path'
import { AssayError, formatError } from '../errors.ts'
import { mergeResults } from '../report/merge.ts'
import type { RunResult } from '../report/model.ts'
import { readResults } from '../report/results-json.ts'
import { countVerdicts, describeCounts } from '../report/verdicts.ts'
import { writeReports } from '../report/write.ts'
import type { Command } from './command.ts'
import { parseOptions } from './options.ts'

const USAGE = `assay report [run folder or results.json …] [--out DIR] [--history DIR]

Writes junit.xml, summary.md and report.html again from the results.json of a run; without a name of reports/latest.
Several runs, the shards of one, are merged into one result; --out then names the folder that it goes to.

  --out DIR      write to DIR instead of the run's own folder
  --history DIR  compare with the runs kept there; default: history/ beside the run folder. With --out, a merged run
                 also gets its line there.`

export const report: Command = {
  name: 'report',
  about: 'write the reports of a run again from its results, or merge the runs of several shards',
  usage: USAGE,
  async run(args) {
    const { values, positionals } = parseOptions('report', args, {
      out: { type: 'string' },
      history: { type: 'string' },
    })
    const paths = positionals.length > 0 ? positionals : [join('reports', 'latest')]
    const results = await Promise.all(paths.map(readResults))
    const [first, ...others] = results
    if (!first) return 64
    const merged = others.length > 0
    if (merged && values.out === undefined) {
      throw new AssayError('ASSAY_USAGE', `${paths.length} runs are merged, but --out does not say where to`)
    }
    const result: RunResult = mergeResults([first, ...others])
    const folder = values.out ?? folderOf(paths[0] ?? '')
    const history = values.history ?? join(dirname(folder), 'history')
    const written = await writeReports({ result, folder, history, newest: merged })
    for (const file of written.files) console.log(file)
    for (const problem of written.problems) console.error(formatError(problem))
    console.log(`${describeCounts(countVerdicts(result.cases)) || 'no cases'}; exit code of the run ${result.exitCode}`)
    return written.problems.length > 0 ? 3 : 0
  },
}

function folderOf(path: string): string {
  return path.endsWith('.json') ? dirname(path) : path
}
