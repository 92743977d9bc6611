import { mkdir } from 'node:fs/promises'
import { basename, dirname, join, relative, sep } from 'node:path'
import { AssayError } from '../errors.ts'
import { compareWithHistory } from './changes.ts'
import { type HistoryLine, historyLine } from './history.ts'
import { appendHistory, historyFile, readHistory } from './history-file.ts'
import { reportHtml } from './html/page.ts'
import { readInlineEvidence } from './inline-evidence.ts'
import { junitXml } from './junit.ts'
import { judgeHistory } from './limit-history.ts'
import type { RunResult } from './model.ts'
import { resultsJson } from './results-json.ts'
import { sourceUrl } from './source-url.ts'
import { summaryMarkdown } from './summary.ts'
import { pointLink, writeWhole } from './whole-file.ts'

export type WriteReportsOptions = {
  readonly result: RunResult
  /** The run's folder, `reports/<run>`; made when it is not there. */
  readonly folder: string
  /** Folder of `runs.jsonl`: read for what changed, then given this run's line. Without it nothing is compared or kept. */
  readonly history?: string
  /** Top of the project, from which case files are named. Default: the working directory. */
  readonly project?: string
  /** Runs to compare with, oldest first, instead of those in `history`. */
  readonly previous?: readonly HistoryLine[]
  /** False when old results are reported again: `reports/latest` stays where it is and the history gets no line. Default true. */
  readonly newest?: boolean
}

export type WrittenReports = {
  /** Absolute or relative as `folder` is, in the order written. */
  readonly files: readonly string[]
  /** What could not be written and why. The verdict of the run stays what it is. */
  readonly problems: readonly AssayError[]
  /** The result with what its limits say of earlier runs. */
  readonly result: RunResult
}

/** How many runs back "since when" can look. */
const LOOK_BACK = 120

/** Writes every report of a run. Never throws: what fails is named in `problems`, and the rest is written all the same. */
export async function writeReports(options: WriteReportsOptions): Promise<WrittenReports> {
  const { result: given, folder, history, newest = true, project = process.cwd() } = options
  const files: string[] = []
  const problems: AssayError[] = []
  const attempt = async (path: string, work: () => Promise<void>) => {
    try {
      await work()
      files.push(path)
    } catch (error) {
      problems.push(reportError(path, error))
    }
  }
  const write = (name: string, content: () => string | Iterable<string>) => {
    const path = join(folder, name)
    return attempt(path, () => writeWhole(path, content()))
  }

  let previous = options.previous ?? []
  if (!options.previous && history !== undefined) {
    previous = await readHistory(history, LOOK_BACK).catch(error => {
      problems.push(reportError(historyFile(history), error))
      return []
    })
  }
  const changes = compareWithHistory(given, previous)
  const result = judgeHistory(given, previous)

  await mkdir(folder, { recursive: true, mode: 0o755 }).catch(error => problems.push(reportError(folder, error)))
  await write('results.json', () => resultsJson(result))
  await write('junit.xml', () => junitXml(result, slashes(relative(project, folder))))
  await write('summary.md', () =>
    summaryMarkdown(result, changes, sourceUrl(process.env, slashes(relative(folder, project)))),
  )
  const evidence = await readInlineEvidence(result, folder)
  await write('report.html', () => reportHtml(result, changes, evidence))
  if (newest && history !== undefined) {
    await attempt(historyFile(history), () => appendHistory(history, historyLine(result)))
  }
  if (newest) {
    const latest = join(dirname(folder), 'latest')
    await attempt(latest, () => pointLink(latest, basename(folder)))
  }
  return { files, problems, result }
}

function slashes(path: string): string {
  return path.split(sep).join('/')
}

function reportError(path: string, error: unknown): AssayError {
  if (error instanceof AssayError) return error
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new AssayError('ASSAY_DISK_FULL', `no space left for ${path}`, { cause: error })
  }
  return new AssayError('ASSAY_REPORT_WRITE', `${path} could not be written: ${message}`, { cause: error })
}
