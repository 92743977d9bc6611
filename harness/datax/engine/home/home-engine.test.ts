import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { homesForTest } from '../../../../fixtures/datax/home.ts'
import { hasSshd, startSshd } from '../../../../fixtures/servers/sshd.ts'
import { processesIn, processState } from '../../../targets/process-tree.ts'
import { buildJob, type JobPlan } from '../../job/build.ts'
import type { Engine, Progress, RunOptions, RunResult } from '../engine.ts'
import { type Home, openHome } from './home.ts'
import { homeEngine } from './home-engine.ts'
import { localHost } from './local-host.ts'
import { sshHost } from './ssh-host.ts'

const folder = mkdtempSync(join(tmpdir(), 'assay-home-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const homes: readonly Home[] = await Promise.all((await homesForTest()).map(one => openHome(localHost, one)))

const jobFolders = (): readonly string[] =>
  readdirSync(tmpdir())
    .filter(name => name.startsWith('assay-datax-'))
    .map(name => join(tmpdir(), name))
    .filter(path => existsSync(join(path, 'job.json')))

/** A job that does not wait its ten seconds out. */
const QUICK = { container: { job: { sleepInterval: 100, reportInterval: 200 } } }

async function run(
  engine: Engine,
  plan: JobPlan | string,
  options: RunOptions = {},
): Promise<RunResult & { readonly printed: string }> {
  let printed = ''
  const text = typeof plan === 'string' ? plan : JSON.stringify(buildJob({ core: QUICK, ...plan }))
  const onPrint = (more: string): void => {
    printed += more
  }
  return { ...(await engine.run(text, { onPrint, ...options })), printed }
}

const stream = (count: number, value = 'x'): JobPlan => ({
  reader: { name: 'stream', parameter: { sliceRecordCount: count, column: [{ type: 'string', value }] } },
  writer: { name: 'stream', parameter: { print: true } },
})

/** Three lines, of which the second is no number. */
function oneBad(): JobPlan {
  const path = join(folder, 'bad.csv')
  writeFileSync(path, 'a,1\nb,x\nc,3\n')
  const column = [
    { index: 0, type: 'string' },
    { index: 1, type: 'long' },
  ]
  return {
    reader: { name: 'txtfile', parameter: { path: [path], column } },
    writer: { name: 'stream', parameter: { print: true } },
  }
}

test('what is no home is told', async () => {
  const told = async (path: string) => (await openHome(localHost, { path }).catch(error => error)).message
  expect(await told('here')).toBe('here on this machine is no DataX or Addax home: the path is not absolute')
  expect(await told(folder)).toContain('it has no folder lib')
  mkdirSync(join(folder, 'lib'))
  expect(await told(folder)).toContain('lib holds neither datax-core nor addax-core')
  writeFileSync(join(folder, 'lib/datax-core-0.0.1.jar'), '')
  expect(await told(folder)).toContain('it has no conf/core.json')
  mkdirSync(join(folder, 'conf'))
  writeFileSync(join(folder, 'conf/core.json'), '{}')
  const home = await openHome(localHost, { path: `${folder}/` })
  expect(home).toMatchObject({ path: folder, kind: 'datax', version: '0.0.1' })
  const engine = homeEngine('home', localHost, { path: folder, java: 'no-such-java' })
  await expect(engine.run('{}')).rejects.toMatchObject({
    code: 'ASSAY_DATAX_HOME',
    message: 'no-such-java could not be started on this machine',
  })
})

const given = homes.length > 0
const list = given ? homes : [{ kind: 'there is none: set DATAX_HOME or ADDAX_HOME' }]
describe.each(list)('a real home ($kind)', { timeout: 120_000 }, one => {
  const home = one as Home
  const engine = homeEngine('home', localHost, home)

  test.skipIf(!given)('rows, counters and log come apart; variables are set', async () => {
    const progress: Progress[] = []
    const result = await run(
      engine,
      { ...stream(3, '界 ${word}'), channel: 2 },
      { params: { word: 'two words', password: '界' }, onProgress: one => progress.push(one) },
    )
    expect(result).toMatchObject({
      ...{ exitCode: 0, tasks: 2, channels: 2, dirty: [] },
      counters: { total: 6n, read: 6n, written: 6n, failed: 0n },
    })
    expect(result.uncertain).toBeUndefined()
    expect(result.printed).toBe('界 two words\n'.repeat(6))
    expect(progress.at(-1)).toMatchObject({ records: 6n, done: 1 })
    expect(result.log.some(line => line.includes('JobContainer'))).toBe(true)
    // what is called a password is not on the command line, and in no line of the log
    expect(result.log.filter(line => line.includes('界'))).toEqual([])
  })

  test.skipIf(!given)('dirty records within the limit are kept with their side', async () => {
    const result = await run(engine, { ...oneBad(), errorLimit: { record: 1 } })
    expect(result).toMatchObject({
      exitCode: 0,
      counters: { total: 3n, read: 2n, readFailed: 1n, writeFailed: 0n, written: 2n },
      dirty: [{ type: 'reader' }],
    })
    expect(result.printed).toBe('a\t1\nc\t3\n')
  })

  test.skipIf(!given)('a failure has its code where the engine has codes, its sentence and exit code 1', async () => {
    const beyond = await run(engine, { ...oneBad(), errorLimit: { record: 0 } })
    expect(beyond.exitCode).toBe(1)
    const missing = await run(engine, { ...stream(1), writer: { name: 'nowhere', parameter: {} } })
    expect(missing).toMatchObject({ exitCode: 1, message: expect.stringContaining('nowherewriter') })
    const torn = await run(engine, '{"job": {')
    expect(torn.exitCode).toBe(1)
    expect([beyond.errorCode, missing.errorCode, torn.errorCode]).toEqual(
      home.kind === 'datax' ? ['Framework-14', 'Framework-12', 'Common-00'] : [undefined, undefined, undefined],
    )
    expect(beyond.message).not.toMatch(/\n|\tat /)
  })

  test.skipIf(!given)('a task group that died is not waited for, although Addax would do so for ever', async () => {
    const transformer = [{ name: 'dx_nothing', parameter: { columnIndex: 0, paras: ['1'] } }]
    const hasty = homeEngine('home', localHost, { ...home, patience: 500 })
    expect(await run(hasty, { ...stream(1), transformer })).toMatchObject({
      exitCode: 1,
      // DataX notices it by itself, Addax never does
      message: expect.stringMatching(home.kind === 'datax' ? /^name=dx_nothing/ : /^taskGroup-0 died: .*dx_nothing/),
    })
  })

  test.skipIf(!given)('cancel ends the Java machine, not only what started it', async () => {
    const stop = new AbortController()
    const mark = `endless ${home.kind} ${process.pid}`
    let own: string | undefined
    let pids: readonly number[] = []
    const result = await run(engine, stream(100_000_000_000, mark), {
      signal: stop.signal,
      onPrint: () => {
        own ??= jobFolders().find(path => readFileSync(join(path, 'job.json'), 'utf8').includes(mark))
        if (own !== undefined && pids.length === 0) pids = processesIn(own)
        stop.abort()
      },
    })
    expect(result).toMatchObject({ exitCode: 143, errorCode: 'Framework-143' })
    // the shell and the Java machine at least
    expect(pids.length).toBeGreaterThan(1)
    await expect.poll(() => pids.filter(pid => processState(pid) !== undefined), { timeout: 30_000 }).toEqual([])
    expect(existsSync(own as string)).toBe(false)
  })

  test.skipIf(!given || !hasSshd())('the same over ssh', async () => {
    const own = mkdtempSync(join(folder, 'sshd-'))
    await using sshd = await startSshd(own)
    const far = homeEngine('ssh', sshHost(sshd.account), home)
    const result = await run(far, stream(3, '界'))
    expect(result).toMatchObject({ exitCode: 0, counters: { total: 3n, written: 3n } })
    expect(result.printed).toBe('界\n界\n界\n')
    const stop = new AbortController()
    const stopped = await run(far, stream(100_000_000_000), {
      signal: stop.signal,
      onPrint: () => stop.abort(),
    })
    expect(stopped).toMatchObject({ exitCode: 143, errorCode: 'Framework-143' })
  })
})
