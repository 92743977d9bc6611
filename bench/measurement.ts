/** One figure of a bench. `against` is the peer's, measured in the same run; figures without a peer are only reported. */
export type Measurement = {
  readonly bench: string
  readonly metric: string
  readonly value: number
  readonly unit: string
  readonly against?: number
  readonly ratio?: number
  /** `<= 1.5` */
  readonly goal?: string
  readonly holds?: boolean
}

export interface BenchReport {
  measured(measurement: Omit<Measurement, 'bench'>): void
  /** A peer that is not installed is named, never skipped in silence. */
  missing(peer: string, why: string): void
  note(text: string): void
}

export interface Bench {
  readonly name: string
  run(report: BenchReport): Promise<void>
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}

/** A figure against a peer's, judged by an upper bound of the ratio. */
export function ratioAtMost(
  metric: string,
  { value, against, unit, atMost }: { value: number; against: number; unit: string; atMost: number },
): Omit<Measurement, 'bench'> {
  const ratio = value / against
  return { metric, value, unit, against, ratio, goal: `<= ${atMost}`, holds: ratio <= atMost }
}
