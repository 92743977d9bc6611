import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobPlan } from '../../harness/datax/index.ts'
import { type BenchReport, median } from '../measurement.ts'
import { command, type Outcome } from './command.ts'

/** Records of the stream job: about two seconds' worth at the goal. */
const STREAMED = 5_000_000
const LABEL = 'a text of forty characters, more or less'

/** How long a command takes at least, and how many records pass one channel in a second: each made, counted, and printed as text. */
export async function streams(report: BenchReport, folder: string, rounds: number): Promise<void> {
  const plan = (count: number): JobPlan => ({
    reader: {
      name: 'stream',
      parameter: {
        sliceRecordCount: count,
        column: [
          { type: 'long', value: '10' },
          { type: 'string', value: LABEL },
        ],
      },
    },
    writer: { name: 'stream', parameter: { print: true } },
  })
  await everyRecordIsPrinted(folder, plan(100_000))
  const small: number[] = []
  const large: Outcome[] = []
  for (let round = 0; round < rounds; round++) {
    small.push((await command(folder, plan(10))).seconds)
    large.push(await command(folder, plan(STREAMED)))
  }
  const ten = median(small)
  report.measured({
    metric: 'a job of 10 rows, whole command',
    value: ten,
    unit: 's',
    goal: '<= 0.5',
    holds: ten <= 0.5,
  })
  const rate = STREAMED / median(large.map(one => one.seconds))
  report.measured({
    metric: 'stream to stream, one channel, each printed',
    value: rate,
    unit: 'records/s',
    goal: '>= 2000000',
    holds: rate >= 2_000_000,
  })
}

/** A figure of records that were not all made and written would be none. */
async function everyRecordIsPrinted(folder: string, plan: JobPlan): Promise<void> {
  const path = join(folder, 'printed')
  const file = await open(path, 'w')
  await command(folder, plan, { into: file.fd })
  await file.close()
  const lines = (await readFile(path, 'utf8')).split('\n')
  if (lines.length !== 100_001 || lines.slice(0, -1).some(line => line !== `10\t${LABEL}`))
    throw new Error('the stream job did not print each of its records')
}
