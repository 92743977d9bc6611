import { showMismatch } from './action.ts'
import type { CallFigures } from './histogram.ts'
import type { LiveFigures } from './monitor.ts'
import type { IoResult } from './result.ts'

/** Blocks that differ, of which there may be thousands. */
const SHOWN = 10

/** One line for about every second. */
export function liveLine({ phase, second, iops, mb_per_s, verified, errors, mismatches }: LiveFigures): string {
  const cells = [
    `${phase.padEnd(9)} ${`${second}`.padStart(4)} s`,
    `${`${iops}`.padStart(8)} IOPS`,
    `${mb_per_s.toFixed(1).padStart(8)} MB/s`,
    ...(verified > 0 ? [`${verified} verified`] : []),
    ...(mismatches > 0 ? [`${mismatches} DIFFER`] : []),
    ...(errors > 0 ? [`${errors} errors`] : []),
  ]
  return cells.join('  ')
}

/** What `assay curve io` ends with. */
export function resultText(result: IoResult): string {
  const line = (name: string, one: CallFigures) =>
    one.count === 0
      ? []
      : [
          `${name}  ${one.count} calls  ${one.iops} IOPS  ${one.mb_per_s} MB/s  mean ${one.mean_ms}  p50 ${one.p50_ms}  p90 ${one.p90_ms}  p99 ${one.p99_ms}  p99.9 ${one.p999_ms}  max ${one.max_ms} ms`,
        ]
  return [
    ...line('reads ', result.reads),
    ...line('writes', result.writes),
    `${result.verified} blocks verified, ${result.mismatches} differ${result.hangs > 0 ? `, ${result.hangs} sidecars replaced` : ''}, longest silence ${result.longest_stall_ms} ms`,
    ...Object.entries(result.errors).map(([code, count]) => `${code} came ${count} times`),
    ...result.failures.slice(0, SHOWN).map(showMismatch),
    ...more(result),
  ].join('\n')
}

/** What the list of blocks leaves out, and what to do where another run's blocks are in the way. */
function more({ failures, mismatches }: IoResult): readonly string[] {
  const another = failures.some(one => one.kind === 'foreign' && one.expected.every(({ sequence }) => sequence === 0))
  return [
    ...(mismatches > SHOWN ? [`… and ${mismatches - SHOWN} more; --json gives the first ${failures.length}`] : []),
    ...(another
      ? [
          'The volume was written before: --precondition writes the working set first, --unwritten any takes it as it is.',
        ]
      : []),
  ]
}
