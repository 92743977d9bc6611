import { spawnSync } from 'node:child_process'
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readHistory } from './history-file.ts'
import { readResults } from './results-json.ts'
import { manyCases } from './sample/many.ts'
import { nightlyResult } from './sample/night.ts'
import { writeReports } from './write.ts'

let top: string
beforeEach(async () => {
  top = await mkdtemp(join(tmpdir(), 'assay-reports-'))
})
afterEach(() => rm(top, { recursive: true, force: true }))

const REPORTS = ['junit.xml', 'report.html', 'results.json', 'summary.md']

test('writes every report, the history line and the link to the newest run', async () => {
  const result = nightlyResult()
  const folder = join(top, result.id)
  const history = join(top, 'history')
  const { files, problems } = await writeReports({ result, folder, history })
  expect(problems).toEqual([])
  expect((await readdir(folder)).sort()).toEqual(REPORTS)
  expect(files).toHaveLength(6)
  expect(await readlink(join(top, 'latest'))).toBe(result.id)
  expect((await readHistory(history, 5)).map(line => line.id)).toEqual([result.id])
  for (const name of REPORTS) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o644 & ~process.umask())
})

test('results.json gives back the result as it was', async () => {
  const result = nightlyResult()
  await writeReports({ result, folder: join(top, 'run') })
  expect(await readResults(join(top, 'run'))).toEqual(JSON.parse(JSON.stringify(result)))
})

test('the newest run takes the link; old results reported again change neither link nor history', async () => {
  const [first, second] = [nightlyResult(), { ...nightlyResult(), id: 'second', startedAt: '2026-11-21T01:00:00.000Z' }]
  const history = join(top, 'history')
  await writeReports({ result: first, folder: join(top, 'first'), history })
  await writeReports({ result: second, folder: join(top, 'second'), history })
  await writeReports({ result: first, folder: join(top, 'first'), history, newest: false })
  expect(await readlink(join(top, 'latest'))).toBe('second')
  expect((await readHistory(history, 5)).map(line => line.id)).toEqual([first.id, 'second'])
  const summary = await readFile(join(top, 'second', 'summary.md'), 'utf8')
  expect(summary).toContain(`compared with \`${first.id}\``)
})

test('what cannot be written is named, and the rest is written', async () => {
  const folder = join(top, 'run')
  await mkdir(join(folder, 'junit.xml', 'in-the-way'), { recursive: true })
  await mkdir(join(top, 'latest', 'in-the-way'), { recursive: true })
  const { problems } = await writeReports({ result: nightlyResult(), folder, history: join(top, 'history') })
  expect(problems.map(problem => problem.code)).toEqual(['ASSAY_REPORT_WRITE', 'ASSAY_REPORT_WRITE'])
  expect(problems[0]?.message).toContain(join(folder, 'junit.xml'))
  expect((await readdir(folder)).sort()).toEqual(REPORTS)
  expect((await lstat(join(top, 'latest'))).isDirectory()).toBe(true)
})

test('a folder that may not be written in is a problem, not an exception', async context => {
  if (process.getuid?.() === 0) context.skip('root may write anywhere')
  await mkdir(join(top, 'sealed'))
  await chmod(join(top, 'sealed'), 0o500)
  const { files, problems } = await writeReports({ result: nightlyResult(), folder: join(top, 'sealed', 'run') })
  expect(files).toEqual([])
  expect(problems.every(problem => problem.code === 'ASSAY_REPORT_WRITE')).toBe(true)
})

test('on a full disk says so, keeps what fits and leaves no half file', context => {
  const disk = 'mount -t tmpfs -o size=200k assay "$0" || exit 77; exec "$@"'
  const script = `
    const { writeReports } = await import(${JSON.stringify(join(import.meta.dirname, 'write.ts'))})
    const { manyCases } = await import(${JSON.stringify(join(import.meta.dirname, 'sample', 'many.ts'))})
    const { readdirSync } = await import('node:fs')
    const folder = process.argv[1] + '/run'
    const { problems } = await writeReports({ result: manyCases({ cases: 40 }), folder, history: process.argv[1] + '/history' })
    console.log(JSON.stringify({ codes: problems.map(problem => problem.code), files: readdirSync(folder).sort() }))`
  const node = [process.execPath, '--input-type=module', '-e', script, top]
  const args = [...(process.getuid?.() === 0 ? ['-m'] : ['-Urm']), 'sh', '-c', disk, top, ...node]
  const run = spawnSync('unshare', args, { encoding: 'utf8', timeout: 20_000 })
  if (run.error || run.status === 77 || /unshare/.test(run.stderr)) context.skip('no small disk can be mounted here')
  expect(run.stderr).toBe('')
  expect(JSON.parse(run.stdout)).toEqual({
    codes: ['ASSAY_DISK_FULL'],
    files: ['junit.xml', 'report.html', 'summary.md'],
  })
})

test('10,000 cases fit into 15 MB', async () => {
  const { reportHtml } = await import('./html/page.ts')
  const { compareWithHistory } = await import('./changes.ts')
  const result = manyCases({ cases: 1000 })
  let bytes = 0
  for (const piece of reportHtml(result, compareWithHistory(result, []))) bytes += Buffer.byteLength(piece)
  expect(bytes).toBeLessThan(1.5e6)
})
