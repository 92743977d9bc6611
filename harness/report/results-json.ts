import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AssayError } from '../errors.ts'
import type { RunResult } from './model.ts'

/** results.json in pieces, one case per line: a text of 10,000 cases may be too long for one string, and lines can be compared. */
export function* resultsJson({ cases, ...run }: RunResult): Generator<string> {
  yield `${JSON.stringify(run).slice(0, -1)},"cases":[`
  for (const [index, one] of cases.entries()) yield `${index > 0 ? ',' : ''}\n${JSON.stringify(one)}`
  yield '\n]}\n'
}

/** Reads the results of a run from its folder or its results.json. */
export async function readResults(path: string): Promise<RunResult> {
  const file = (await isFolder(path)) ? join(path, 'results.json') : path
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    throw new AssayError('ASSAY_REPORT_INPUT', `no results can be read from ${file}`, { cause })
  }
  let result: Partial<RunResult> | null
  try {
    result = JSON.parse(text)
  } catch (cause) {
    throw new AssayError('ASSAY_REPORT_INPUT', `${file} is not valid JSON; was its run killed?`, { cause })
  }
  if (result?.version !== 1 || !Array.isArray(result.cases)) {
    throw new AssayError(
      'ASSAY_REPORT_INPUT',
      `${file} does not hold the results of a run (version ${result?.version ?? 'missing'})`,
    )
  }
  return result as RunResult
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false
}
