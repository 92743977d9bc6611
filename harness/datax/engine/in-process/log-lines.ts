import { wallText, ZONE_OFFSET_MS } from '../../record/date-text.ts'
import type { Tally } from './tally.ts'

/** `2026-11-20 07:25:11.754 [job-0] INFO  JobContainer - text`, in the zone of this machine as DataX does. */
export function logLine(at: number, thread: string, level: string, logger: string, text: string): string {
  const local = at - new Date(at).getTimezoneOffset() * 60_000
  const head = new Date(local).toISOString().replace('T', ' ').replace('Z', '')
  return `${head} [${thread}] ${level.padEnd(5)} ${logger} - ${text}`
}

/** `1.25MB/s`: units of 1024, up to two decimals. */
function speedText(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${unit === 0 ? Math.floor(value) : value.toFixed(2)}${units[unit]}/s`
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(3).replace(/\B(?=(\d{3})+(?!\d)\.)/g, ',')}s`

/** The line of StandAloneJobContainerCommunicator. */
export function progressLine(tally: Tally, rate: { records: number; bytes: number }, transformed: boolean): string {
  const middle = transformed
    ? ` Transfermor Success ${tally.transformerSuccess} records | Transformer Error ${tally.transformerFailed} records | Transformer Filter ${tally.transformerFiltered} records | Transformer usedTime 0.000s |`
    : ''
  const done = tally.tasks === 0 ? 0 : (100 * tally.finishedTasks) / tally.tasks
  return [
    `Total ${tally.total} records, ${tally.readBytes} bytes |`,
    ` Speed ${speedText(rate.bytes)}, ${Math.round(rate.records)} records/s |`,
    ` Error ${tally.failed} records, 0 bytes | `,
    ` All Task WaitWriterTime ${seconds(tally.waitWriter)} | `,
    ` All Task WaitReaderTime ${seconds(tally.waitReader)} |`,
    `${middle} Percentage ${done.toFixed(2)}%`,
  ].join('')
}

/** The block at the end of a run that succeeded. Times are GMT+8 whatever the zone of the machine. */
export function statisticsBlock(
  tally: Tally,
  times: { readonly startedAt: number; readonly endedAt: number; readonly transfer: number },
  transformed: boolean,
): string {
  const label = (text: string): string => text.padEnd(26)
  const time = (at: number): string => wallText(Math.floor(at / 1000) * 1000 + ZONE_OFFSET_MS)
  const moment = (text: string, at: number): string => `${label(text)}: ${time(at)}`
  const value = (text: string, shown: string): string => `${label(text)}: ${shown.padStart(19)}`
  const transfer = Math.max(1, Math.floor(times.transfer / 1000))
  return [
    '',
    moment('任务启动时刻', times.startedAt),
    moment('任务结束时刻', times.endedAt),
    value('任务总计耗时', `${Math.floor((times.endedAt - times.startedAt) / 1000)}s`),
    value('任务平均流量', speedText(tally.readBytes / transfer)),
    value('记录写入速度', `${Math.floor(tally.read / transfer)}rec/s`),
    value('读出记录总数', String(tally.total)),
    value('读写失败总数', String(tally.failed)),
    ...(transformed
      ? [
          '',
          value('Transformer成功记录总数', String(tally.transformerSuccess)),
          value('Transformer失败记录总数', String(tally.transformerFailed)),
          value('Transformer过滤记录总数', String(tally.transformerFiltered)),
        ]
      : []),
    '',
  ].join('\n')
}
