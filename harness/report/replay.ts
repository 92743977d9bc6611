import type { Tier } from '../targets/target.ts'

export type Replay = {
  readonly seed: string
  /** `cases/x.case.yaml:12`; none for everything. */
  readonly places: readonly string[]
  /** Undefined, and `embedded`, for what runs where nothing is said. */
  readonly tier?: Tier
  /** As `--tags` takes it. */
  readonly tags?: string
  /** As `--name` takes it. */
  readonly name?: string
}

/** The command that runs cases again. */
export function replayCommand({ seed, places, tier, tags, name }: Replay): string {
  const word = (text: string) => (PLAIN.test(text) ? text : quoted(text))
  const where = tier === undefined || tier === 'embedded' ? [] : ['--tier', tier]
  const which = tags === undefined ? [] : ['--tags', word(tags)]
  const named = name === undefined ? [] : ['--name', word(name)]
  return ['npx assay run', '--seed', seed, ...where, ...which, ...named, ...places.map(word)].join(' ')
}

/** What a shell leaves as it is. */
const PLAIN = /^[\w./:-]+$/

/** The file in quotes; its line needs none. */
function quoted(place: string): string {
  const [, file = place, line = ''] = /^(.*?)(:\d+)?$/s.exec(place) ?? []
  return `'${file.replaceAll("'", `'\\''`)}'${line}`
}
