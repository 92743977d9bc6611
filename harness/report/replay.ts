import type { Tier } from '../targets/target.ts'

export type Replay = {
  readonly seed: string
  /** `cases/x.case.yaml:12`; none for everything. */
  readonly places: readonly string[]
  /** Undefined, and `embedded`, for what runs where nothing is said. */
  readonly tier?: Tier
  /** As `--tags` takes it. */
  readonly tags?: string
}

/** The command that runs cases again. */
export function replayCommand({ seed, places, tier, tags }: Replay): string {
  const words = places.map(place => (PLAIN.test(place) ? place : quoted(place)))
  const where = tier === undefined || tier === 'embedded' ? [] : ['--tier', tier]
  const which = tags === undefined ? [] : ['--tags', PLAIN.test(tags) ? tags : quoted(tags)]
  return ['npx assay run', '--seed', seed, ...where, ...which, ...words].join(' ')
}

/** What a shell leaves as it is. */
const PLAIN = /^[\w./:-]+$/

/** The file in quotes; its line needs none. */
function quoted(place: string): string {
  const [, file = place, line = ''] = /^(.*?)(:\d+)?$/s.exec(place) ?? []
  return `'${file.replaceAll("'", `'\\''`)}'${line}`
}
