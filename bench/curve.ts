/**
 * Curve volumes of the stand-in against fio's psync engine: same file system, same size, warm page cache, as many jobs as sidecars.
 * This measures the harness: what the loop, the framing and the stand-in cost. Real clusters bring their own latency.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clientConf } from '../fixtures/curve/conf.ts'
import { MODULES } from '../fixtures/curve/target.ts'
import { runCommand } from '../fixtures/servers/run-command.ts'
import { fio } from '../fixtures/servers/software/fio.ts'
import { findPython } from '../fixtures/servers/software/python.ts'
import { CurveClient } from '../harness/curve/client.ts'
import { runIo } from '../harness/curve/io/run.ts'
import type { CurveSettings } from '../harness/curve/types.ts'
import { type Bench, type BenchReport, median } from './measurement.ts'

const SIZE = 128 * 1024 * 1024
const ROUNDS = 5
const SECONDS = 1.5
const CALLS = 5_000

type Load = {
  readonly name: string
  readonly rw: 'randread' | 'randwrite' | 'read' | 'write'
  readonly blockSize: number
  readonly depth: number
  readonly unit: 'IOPS' | 'MB/s'
  /** Our figure over fio's. */
  readonly atLeast: number
}

const LOADS: readonly Load[] = [
  ...([1, 2] as const).flatMap(depth =>
    (['randread', 'randwrite'] as const).map(
      (rw): Load => ({ name: `4 KiB ${rw}, depth ${depth}`, rw, blockSize: 4096, depth, unit: 'IOPS', atLeast: 0.4 }),
    ),
  ),
  ...(['read', 'write'] as const).map(
    (rw): Load => ({ name: `1 MiB sequential ${rw}`, rw, blockSize: 2 ** 20, depth: 1, unit: 'MB/s', atLeast: 0.8 }),
  ),
]

const curve: Bench = {
  name: 'curve',
  async run(report) {
    const folder = await mkdtemp(join(tmpdir(), 'assay-bench-curve-'))
    try {
      const python = await findPython()
      if (!python) return report.missing('python3', 'the stand-in runs in it')
      const conf = join(folder, 'client.conf')
      await writeFile(conf, clientConf({ dir: 'state' }))
      const settings: CurveSettings = {
        ...{ python: python.path, pythonPath: MODULES.standin, conf, user: { owner: 'bench' } },
      }
      await throughput(report, folder, settings)
      await framing(report, settings)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}
export default curve

async function throughput(report: BenchReport, folder: string, settings: CurveSettings): Promise<void> {
  const peer = await fio.find()
  if (!peer) report.missing('fio', fio.byHand)
  await using client = new CurveClient(settings)
  await client.init()
  await client.create('/plain', { size: 10 * 2 ** 30 })
  await runIo({ settings, path: '/plain', workingSet: SIZE, precondition: true, verify: 'off', seed: 'bench' })
  if (peer) await runFio(peer.path, folder, { rw: 'write', blockSize: 2 ** 20, depth: 1, seconds: 0 })
  for (const load of LOADS) {
    const ours: number[] = []
    const theirs: number[] = []
    const measureOurs = async () => ours.push(await runOurs(settings, '/plain', load, 'off'))
    const measureTheirs = async () => {
      if (peer) theirs.push(await runFio(peer.path, folder, { ...load, seconds: SECONDS }))
    }
    for (let round = 0; round < ROUNDS; round++) {
      // who goes first changes from round to round
      for (const one of round % 2 === 0 ? [measureOurs, measureTheirs] : [measureTheirs, measureOurs]) await one()
    }
    const value = median(ours)
    if (theirs.length === 0) report.measured({ metric: load.name, value, unit: load.unit })
    else {
      const against = median(theirs)
      const ratio = value / against
      report.measured({
        ...{ metric: load.name, value, unit: load.unit, against, ratio },
        ...{ goal: `>= ${load.atLeast} of fio psync`, holds: ratio >= load.atLeast },
      })
    }
  }
  for (const load of LOADS.filter(({ depth, blockSize }) => depth === 1 && blockSize === 4096)) {
    const path = `/verified-${load.rw}`
    await client.create(path, { size: 10 * 2 ** 30 })
    const value = await runOurs(settings, path, load, 'both')
    report.measured({ metric: `${load.name}, every block verified`, value, unit: load.unit })
  }
}

async function runOurs(settings: CurveSettings, path: string, load: Load, verify: 'off' | 'both'): Promise<number> {
  const result = await runIo({
    ...{ settings, path, verify, seed: 'bench', workingSet: SIZE, blockSize: load.blockSize, depth: load.depth },
    pattern: load.rw.startsWith('rand') ? 'random' : 'sequential',
    readShare: load.rw.endsWith('read') ? 100 : 0,
    duration: SECONDS * 1000,
    ramp: 200,
    precondition: verify === 'both',
  })
  if (result.mismatches > 0) throw new Error(`${result.mismatches} blocks differ`)
  return load.unit === 'IOPS' ? result.iops : result.mb_per_s
}

type FioRun = Pick<Load, 'rw' | 'blockSize' | 'depth'> & { readonly seconds: number }

/** fio's own figure: IOPS for 4 KiB, MB/s (10^6) for larger blocks. */
async function runFio(fioPath: string, folder: string, { rw, blockSize, depth, seconds }: FioRun): Promise<number> {
  const each = SIZE / depth
  const text = await runCommand(fioPath, [
    ...['--name=peer', `--filename=${join(folder, 'fio.dat')}`, `--rw=${rw}`, `--bs=${blockSize}`, '--ioengine=psync'],
    ...[`--numjobs=${depth}`, `--size=${each}`, `--offset_increment=${each}`, '--group_reporting', '--invalidate=0'],
    ...['--thread', '--output-format=json', '--randrepeat=0', '--norandommap'],
    ...(seconds > 0 ? ['--time_based', `--runtime=${seconds}`, '--ramp_time=0.2'] : []),
  ])
  const [job] = (JSON.parse(text) as { jobs: { read: FioFigures; write: FioFigures }[] }).jobs
  const figures = rw.endsWith('read') ? job?.read : job?.write
  if (!figures) throw new Error('fio reported no job')
  return blockSize === 4096 ? figures.iops : figures.bw_bytes / 1e6
}

type FioFigures = { readonly iops: number; readonly bw_bytes: number }

/** What a call costs on its way from TypeScript to Python and back. */
async function framing(report: BenchReport, settings: CurveSettings): Promise<void> {
  await using client = new CurveClient(settings)
  await client.init()
  await client.create('/calls', { size: 10 * 2 ** 30 })
  const fd = await client.open('/calls')
  const data = Buffer.alloc(4096, 'a')
  await client.write(fd, { offset: 0, data })
  const perCall = async (call: () => Promise<unknown>): Promise<number> => {
    const rounds: number[] = []
    for (let round = 0; round <= ROUNDS; round++) {
      const started = performance.now()
      for (let turn = 0; turn < CALLS; turn++) await call()
      // the first round warms up
      if (round > 0) rounds.push(((performance.now() - started) / CALLS) * 1000)
    }
    return median(rounds)
  }
  const nothing = await perCall(() => client.read(fd, { offset: 0, length: 0 }))
  report.measured({ metric: 'framing of a call', value: nothing, unit: 'µs', goal: '<= 60 µs', holds: nothing <= 60 })
  for (const [name, call] of [
    ['read', () => client.read(fd, { offset: 0, length: 4096 })],
    ['write', () => client.write(fd, { offset: 0, data })],
  ] as const)
    report.measured({ metric: `4 KiB ${name} calls at depth 1`, value: 1e6 / (await perCall(call)), unit: '/s' })
}
