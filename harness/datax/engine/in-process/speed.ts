import { DataxError } from '../../errors.ts'
import type { Parameters } from '../../job/parameters.ts'
import type { SpeedLimits } from './channel.ts'

export type Speed = {
  /** Channels wanted; there are never more than tasks. */
  readonly channels: number
  /** Of each channel. */
  readonly limits: SpeedLimits
  /** What DataX logs of it. */
  readonly lines: readonly string[]
}

/**
 * The number of channels (reference 1.2): from bytes and records divided by what `core.transport.channel.speed` allows one channel, the
 * smaller of the two; only without both from `channel`. Throws Framework-03.
 */
export function speedOf(speed: Parameters, perChannel: Parameters): Speed {
  const lines: string[] = []
  const wanted: number[] = []
  for (const [name, label] of [
    ['byte', 'Byte'],
    ['record', 'Record'],
  ] as const) {
    const all = speed.node?.kind === 'object' ? speed.long(name) : undefined
    if (all === undefined || all <= 0) continue
    const each = perChannel.long(name)
    if (each === undefined || each <= 0)
      throw new DataxError(
        'Framework-03',
        `在有总${name === 'byte' ? 'bps' : 'tps'}限速条件下，单个channel的${name === 'byte' ? 'bps' : 'tps'}值不能为空，也不能为非正数`,
        { hint: `Set core.transport.channel.speed.${name} at the top of the job file.` },
      )
    wanted.push(Math.max(1, Math.floor(all / each)))
    lines.push(`Job set Max-${label}-Speed to ${all} ${name}s.`)
  }
  if (wanted.length === 0) {
    const channel = speed.node?.kind === 'object' ? speed.long('channel') : undefined
    if (channel === undefined || channel <= 0)
      throw new DataxError('Framework-03', 'Job运行速度必须设置', {
        hint: 'Set job.setting.speed.channel, or byte or record with their core.transport.channel.speed.',
      })
    wanted.push(channel)
    lines.push(`Job set Channel-Number to ${channel} channels.`)
  }
  const cap = (name: string): number | undefined => {
    const value = perChannel.long(name)
    return value !== undefined && value > 0 ? value : undefined
  }
  return { channels: Math.min(...wanted), limits: { records: cap('record'), bytes: cap('byte') }, lines }
}
