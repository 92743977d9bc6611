import type { Counters, DirtyRecord, Progress } from '../engine.ts'
import { LogEntries, type LogEntry } from './log-entries.ts'

/** Of Addax, which speaks English, the label of DataX that says the same. */
const LABELS: Readonly<Record<string, string>> = {
  'Number of rec': '读出记录总数',
  'Failed record': '读写失败总数',
  'Transformer success records': 'Transformer成功记录总数',
  'Transformer failed  records': 'Transformer失败记录总数',
  'Transformer filter  records': 'Transformer过滤记录总数',
}

const PROGRESS =
  /Total (\d+) records, (\d+) bytes \| Speed ([\d.]+)([KMGT]?B)\/s, (\d+) records\/s \| Error (\d+) records, (\d+) bytes \|.*Percentage ([\d.]+)%/
const TRANSFORMED = /Success (\d+) records \| Transformer Error (\d+) records \| Transformer Filter (\d+) records/
const SPLIT = /Reader\.Job \[\w+\] (?:splits to|is divided into) \[(\d+)\] task/
const CHANNELS = /taskGroupId=\[\d+\] start(?:ed)? \[(\d+)\] channels for \[\d+\] tasks/
const SCHEDULED = /Scheduler (?:starts|launches) \[\d+\] taskGroup/
const STATISTICS = /^(.+?)\s*:\s*(\S.*?)\s*$/gm
const CODE = /Code:\[([A-Za-z]+-\d+)\], Desc(?:ription|ribe):\[[^\]]*\]\.?\s*-\s*([\s\S]*?)(?=\n\s*at |\n\d{4}-|$)/
const REASON = '该任务最可能的错误原因是'
const DIRTY = /^(?:脏数据: *\n|The dirty data: )([\s\S]*)$/
/** A thread that died. DataX notices it; Addax waits for ever where a transformer is not there. */
const DEAD_GROUP = /^Exception in thread "(taskGroup-\d+)" (.*)$/

const UNITS: Readonly<Record<string, number>> = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3, TB: 1024 ** 4 }

export type HomeLogEvents = {
  readonly onProgress?: (progress: Progress) => void
  readonly onDirty?: (record: DirtyRecord) => void
  readonly onScheduled?: () => void
  readonly onDeadGroup?: (thread: string) => void
}

export type Failure = { readonly code?: string; readonly message: string }

/** What the log of a DataX or Addax run tells (reference 4.2). */
export class HomeLog {
  readonly #events: HomeLogEvents
  readonly #entries = new LogEntries(entry => this.#entry(entry))
  readonly #statistics = new Map<string, bigint>()
  readonly #dirtySeen = { reader: 0n, writer: 0n }
  #progress = { total: 0n, bytes: 0n, failed: 0n, failedBytes: 0n }
  #transformed: { success: bigint; failed: bigint; filtered: bigint } | undefined
  #deadGroup: Failure | undefined
  #lastError: string | undefined
  tasks = 0
  channels = 0
  /** The job says that it has succeeded: its statistics, or the end of its preCheck. */
  succeeded = false
  failure: Failure | undefined

  constructor(events: HomeLogEvents = {}) {
    this.#events = events
  }

  line(text: string): void {
    this.#entries.line(text)
    const dead = DEAD_GROUP.exec(text)
    if (dead) {
      const coded = CODE.exec(dead[2] as string)
      const died = coded ? (coded[2] as string) : withoutClass(dead[2] as string)
      this.#deadGroup = {
        ...(coded ? { code: coded[1] as string } : {}),
        message: `${dead[1]} died: ${died}`,
      }
      this.#events.onDeadGroup?.(dead[1] as string)
    }
    const split = SPLIT.exec(text)
    if (split) this.tasks = Number(split[1])
    const channels = CHANNELS.exec(text)
    if (channels) this.channels += Number(channels[1])
    if (SCHEDULED.test(text)) this.#events.onScheduled?.()
    const progress = PROGRESS.exec(text)
    if (progress) this.#onProgress(progress, TRANSFORMED.exec(text))
  }

  end(): void {
    this.#entries.end()
    this.failure ??= this.#deadGroup ?? (this.#lastError === undefined ? undefined : { message: this.#lastError })
  }

  /** The counters, and the names of those that the log does not tell for certain. */
  counters(): { readonly counters: Counters; readonly uncertain: readonly string[] } {
    const counted = (label: string): bigint | undefined => this.#statistics.get(label)
    const total = counted('读出记录总数') ?? this.#progress.total
    const failed = counted('读写失败总数') ?? this.#progress.failed
    const success = counted('Transformer成功记录总数')
    const transformer =
      success === undefined
        ? this.#transformed
        : {
            success,
            failed: counted('Transformer失败记录总数') ?? 0n,
            filtered: counted('Transformer过滤记录总数') ?? 0n,
          }
    // the log names the side of a failed record only at its dirty records, of which it prints the first few
    const seen = this.#dirtySeen
    const complete = seen.reader + seen.writer >= failed
    const readFailed = complete ? failed - seen.writer : seen.reader
    const final = this.#statistics.has('读出记录总数')
    const writeFailed = failed - readFailed
    // the bytes that were read hold those of records that failed to be; the bytes that failed are told of both sides together
    const readBytes = this.#progress.bytes - (writeFailed === 0n ? this.#progress.failedBytes : 0n)
    return {
      counters: {
        ...{ total, failed, readFailed, writeFailed },
        ...{ read: total - readFailed, readBytes, written: total - failed },
        ...(transformer ? { transformer } : {}),
      },
      uncertain: [
        ...(final ? [] : ['total', 'failed', 'written', 'readBytes']),
        ...(final && complete ? [] : ['read', 'readFailed', 'writeFailed']),
        ...(final && readFailed > 0n && writeFailed > 0n ? ['readBytes'] : []),
      ],
    }
  }

  #onProgress(match: RegExpExecArray, transformed: RegExpExecArray | null): void {
    const [, total = '0', bytes = '0', speed, unit = 'B', rate, errors = '0', errorBytes = '0', percent] = match
    this.#progress = {
      total: BigInt(total),
      bytes: BigInt(bytes),
      failed: BigInt(errors),
      failedBytes: BigInt(errorBytes),
    }
    const [success, failed, filtered] = (transformed ?? []).slice(1).map(BigInt)
    if (success !== undefined) this.#transformed = { success, failed: failed ?? 0n, filtered: filtered ?? 0n }
    this.#events.onProgress?.({
      records: BigInt(total),
      bytes: BigInt(bytes),
      errors: BigInt(errors),
      recordsPerSecond: Number(rate),
      bytesPerSecond: Math.round(Number(speed) * (UNITS[unit] ?? 1)),
      done: Number(percent) / 100,
    })
  }

  #entry({ level, logger, text }: LogEntry): void {
    const dirty = DIRTY.exec(text)
    if (dirty) this.#onDirty(dirty[1] as string)
    else if (level === 'ERROR' && text.trim() !== '') this.#onError(logger, text)
    if (logger === 'JobContainer') this.#onStatistics(text)
  }

  #onStatistics(text: string): void {
    if (/PreCheck通过|Pre-check passed/.test(text)) this.succeeded = true
    for (const [, label = '', value = ''] of text.matchAll(STATISTICS)) {
      const name = LABELS[label] ?? label
      if (!/^(读|Transformer)/.test(name) || !/^\d+$/.test(value)) continue
      this.#statistics.set(name, BigInt(value))
      if (name === '读出记录总数') this.succeeded = true
    }
  }

  #onError(logger: string, text: string): void {
    const reason = text.split(REASON)[1]
    if (reason !== undefined || logger === 'Engine') {
      const told = (reason ?? text).replace(/^:?\s*/, '')
      const coded = CODE.exec(told)
      this.failure = coded
        ? { code: coded[1] as string, message: (coded[2] as string).trim() }
        : { message: withoutClass(told) }
    } else this.#lastError = withoutClass(text)
  }

  #onDirty(json: string): void {
    let told: { type?: string; message?: string; exception?: string; record?: DirtyRecord['record'] }
    try {
      told = JSON.parse(json)
    } catch {
      return
    }
    const type = told.type?.toLowerCase() === 'writer' ? 'writer' : 'reader'
    this.#dirtySeen[type]++
    const record = (told.record ?? []).map(({ index, type: kind, byteSize, rawData }) => ({
      ...{ index, type: kind, byteSize },
      rawData: rawData === null || typeof rawData === 'boolean' ? rawData : String(rawData),
    }))
    this.#events.onDirty?.({ type, message: told.exception ?? told.message ?? '', record })
  }
}

/** The sentence of an exception: without its class before and its stack behind. */
function withoutClass(text: string): string {
  const sentence = text.split(/\n\s*at |\nCaused by: /)[0] as string
  return sentence.replace(/^(?:[a-z_$][\w$]*\.)+[A-Z][\w$]*: /, '').trim()
}
