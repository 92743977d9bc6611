import { expect, test } from 'vitest'
import type { DirtyRecord, Progress } from '../engine.ts'
import { HomeLog } from './home-log.ts'

const head = '2026-11-20 07:25:11.754'

function read(text: string) {
  const progress: Progress[] = []
  const dirty: DirtyRecord[] = []
  const dead: string[] = []
  const log = new HomeLog({
    onProgress: one => progress.push(one),
    onDirty: one => dirty.push(one),
    onDeadGroup: one => dead.push(one),
  })
  for (const line of text.trim().split('\n')) log.line(line)
  log.end()
  return { log, progress, dirty, dead, ...log.counters() }
}

test('DataX: tasks, channels, progress and the statistics, whose numbers may be larger than a double holds', () => {
  const { log, progress, counters, uncertain } = read(`
${head} [job-0] INFO  JobContainer - DataX Reader.Job [streamreader] splits to [12] tasks.
${head} [taskGroup-0] INFO  TaskGroupContainer - taskGroupId=[0] start [3] channels for [6] tasks.
${head} [taskGroup-1] INFO  TaskGroupContainer - taskGroupId=[1] start [3] channels for [6] tasks.
${head} [job-0] INFO  StandAloneJobContainerCommunicator - Total 200 records, 7600 bytes | Speed 1.50KB/s, 20 records/s | Error 1 records, 3 bytes |  All Task WaitWriterTime 3,260.711s |  All Task WaitReaderTime 0.000s | Transfermor Success 7 records | Transformer Error 1 records | Transformer Filter 2 records | Transformer usedTime 0.000s | Percentage 50.00%
${head} [job-0] INFO  JobContainer - DataX jobId [0] completed successfully.
${head} [job-0] INFO  JobContainer - 
任务启动时刻                    : 2026-11-20 15:25:11
任务总计耗时                    :                 10s
任务平均流量                    :              760B/s
记录写入速度                    :             20rec/s
读出记录总数                    :  9007199254740995
读写失败总数                    :                   0
`)
  expect({ tasks: log.tasks, channels: log.channels, succeeded: log.succeeded }).toEqual({
    ...{ tasks: 12, channels: 6, succeeded: true },
  })
  expect(progress).toEqual([
    { records: 200n, bytes: 7600n, errors: 1n, recordsPerSecond: 20, bytesPerSecond: 1536, done: 0.5 },
  ])
  expect(counters).toMatchObject({
    ...{ total: 9007199254740995n, written: 9007199254740995n, failed: 0n, readBytes: 7597n },
    transformer: { success: 7n, failed: 1n, filtered: 2n },
  })
  expect(uncertain).toEqual([])
})

test('dirty records tell their side; where not all are in the log, it is said what is uncertain', () => {
  const dirtyLine = (type: string) =>
    `${head} [0-0-0-${type}] ERROR StdoutPluginCollector - 脏数据: \n{"exception":"ERROR: no","record":[{"byteSize":1,"index":0,"rawData":1,"type":"LONG"},{"byteSize":0,"index":1,"rawData":null,"type":"STRING"}],"type":"${type}"}`
  const end = (failed: number) =>
    `${head} [job-0] INFO  JobContainer - \n读出记录总数                    :  10\n读写失败总数                    :  ${failed}`
  const all = read([dirtyLine('writer'), dirtyLine('reader'), dirtyLine('writer'), end(3)].join('\n'))
  expect(all.counters).toMatchObject({ total: 10n, readFailed: 1n, writeFailed: 2n, read: 9n, written: 7n })
  expect(all.uncertain).toEqual(['readBytes'])
  expect(all.dirty[0]).toEqual({
    type: 'writer',
    message: 'ERROR: no',
    record: [
      { index: 0, type: 'LONG', byteSize: 1, rawData: '1' },
      { index: 1, type: 'STRING', byteSize: 0, rawData: null },
    ],
  })
  const some = read([dirtyLine('reader'), end(5)].join('\n'))
  expect(some.counters).toMatchObject({ failed: 5n, written: 5n })
  expect(some.uncertain).toEqual(['read', 'readFailed', 'writeFailed', 'readBytes'])
})

test('a failure is told with its code, without its stack, and the counters of the last progress are uncertain', () => {
  const { log, counters, uncertain } = read(`
${head} [job-0] INFO  StandAloneJobContainerCommunicator - Total 40 records, 76 bytes | Speed 76B/s, 40 records/s | Error 2 records, 3 bytes |  All Task WaitWriterTime 0.000s |  All Task WaitReaderTime 0.000s | Percentage 0.00%
${head} [job-0] ERROR JobContainer - Exception when job run
${head} [job-0] ERROR Engine - 

经DataX智能分析,该任务最可能的错误原因是:
com.alibaba.datax.common.exception.DataXException: Code:[Framework-14], Description:[DataX传输脏数据超过用户预期].  - 脏数据条数检查不通过，限制是[1]条，但实际上捕获了[2]条.
	at com.alibaba.datax.core.util.ErrorRecordChecker.checkRecordLimit(ErrorRecordChecker.java:58)
	at java.base/java.lang.Thread.run(Thread.java:840)
`)
  expect(log.failure).toEqual({
    code: 'Framework-14',
    message: '脏数据条数检查不通过，限制是[1]条，但实际上捕获了[2]条.',
  })
  expect(log.succeeded).toBe(false)
  expect(counters).toMatchObject({ total: 40n, failed: 2n, written: 38n })
  expect(uncertain).toContain('written')
})

test('Addax speaks English, and its failures have no code', () => {
  const good = read(`
${head} [job-0] INFO  JobContainer - The Reader.Job [txtfilereader] is divided into [4] task(s).
${head} [taskGroup-0] INFO  TaskGroupContainer - The taskGroupId=[0] started [2] channels for [4] tasks.
${head} [0-0-0-reader] ERROR StdoutPluginCollector - The dirty data: {"record":[{"byteSize":1,"index":0,"rawData":"x","type":"STRING"}],"type":"READER","message":"no number"}
${head} [job-0] INFO  JobContainer - 
Job start  at             : 2026-11-20 12:10:16
Number of rec             :                   6
Failed record             :                   1
`)
  expect(good.log).toMatchObject({ tasks: 4, channels: 2, succeeded: true })
  expect(good.counters).toMatchObject({ total: 6n, failed: 1n, readFailed: 1n, written: 5n })
  expect(good.dirty).toMatchObject([{ type: 'reader', message: 'no number' }])
  const bad = read(`
${head} [main] ERROR Engine - com.wgzhao.addax.core.exception.AddaxException: The plugin nowriter is missing
	at com.wgzhao.addax.core.Engine.main(Engine.java:1)
Caused by: java.lang.IllegalStateException: x
`)
  expect(bad.log.failure).toEqual({ message: 'The plugin nowriter is missing' })
})

test('a group of tasks that died is told at once, and is the failure where the engine tells none', () => {
  const { dead, log } = read(`
${head} [taskGroup-0] INFO  TransformerUtil - Loading the  user config transformers [[filter]] ...
Exception in thread "taskGroup-0" com.wgzhao.addax.core.exception.AddaxException: name=filter
`)
  expect(dead).toEqual(['taskGroup-0'])
  expect(log.failure).toEqual({ message: 'taskGroup-0 died: name=filter' })
  const coded = read(
    'Exception in thread "taskGroup-0" com.alibaba.datax.common.exception.DataXException: Code:[TransformerErrorCode-03], Description:[Transformer name not found].  - name=dx_nothing',
  )
  expect(coded.log.failure).toEqual({ code: 'TransformerErrorCode-03', message: 'taskGroup-0 died: name=dx_nothing' })
})
