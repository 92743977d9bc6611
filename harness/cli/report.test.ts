import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { sampleCase, sampleResult } from '../report/sample/build.ts'
import { nightlyResult } from '../report/sample/night.ts'
import { writeReports } from '../report/write.ts'
import { report } from './report.ts'

let top: string
let printed: string[]
beforeEach(async () => {
  top = await mkdtemp(join(tmpdir(), 'assay-report-'))
  printed = []
  vi.spyOn(console, 'log').mockImplementation(line => printed.push(line))
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rm(top, { recursive: true, force: true })
})

const { signal } = new AbortController()

test('writes the reports of a run again, from its folder or its results.json', async () => {
  const folder = join(top, 'run')
  await writeReports({ result: nightlyResult(), folder, history: join(top, 'history') })
  const before = await readFile(join(folder, 'junit.xml'), 'utf8')
  for (const path of [folder, join(folder, 'results.json')]) {
    await rm(join(folder, 'junit.xml'))
    expect(await report.run([path], signal)).toBe(0)
    expect(await readFile(join(folder, 'junit.xml'), 'utf8')).toBe(before)
  }
  expect(printed).toContain(join(folder, 'report.html'))
  expect(printed.at(-1)).toMatch(/^3 failed, .* 10 passed; exit code of the run 1$/)
})

test('merges shards into one folder', async () => {
  const paths = ['A', 'B'].map(id => join(top, id))
  for (const [index, folder] of paths.entries()) {
    const cases = [sampleCase({ id: folder.slice(-1), verdict: 'passed' })]
    await writeReports({ result: sampleResult({ id: `s${index}`, cases, filter: `--shard ${index + 1}/2` }), folder })
  }
  await expect(report.run(paths, signal)).rejects.toMatchObject({ code: 'ASSAY_USAGE' })
  const out = join(top, 'merged')
  expect(await report.run([...paths, '--out', out], signal)).toBe(0)
  expect(JSON.parse(await readFile(join(out, 'results.json'), 'utf8')).cases).toHaveLength(2)
  expect(printed.at(-1)).toBe('2 passed; exit code of the run 0')
})

test('says what is wrong with what it was given', async () => {
  await mkdir(join(top, 'empty'))
  await writeFile(join(top, 'torn.json'), '{"version":1,"cases":[')
  await writeFile(join(top, 'other.json'), '{}')
  const message = (args: string[]) =>
    report.run(args, signal).then(String, error => `${error.code} ${error.message.replaceAll(top, '')}`)
  expect(await message([join(top, 'empty')])).toBe('ASSAY_REPORT_INPUT no results can be read from /empty/results.json')
  expect(await message([join(top, 'torn.json')])).toBe(
    'ASSAY_REPORT_INPUT /torn.json is not valid JSON; was its run killed?',
  )
  expect(await message([join(top, 'other.json')])).toBe(
    'ASSAY_REPORT_INPUT /other.json does not hold the results of a run (version missing)',
  )
  expect(await message(['--oops'])).toMatch(/^ASSAY_USAGE /)
})
