import type { Vitest } from 'vitest/node'

/** What narrowed the run, as it was written on the command line; undefined when every case of the project was asked for. */
export function runFilter(vitest: Vitest): string | undefined {
  const { config } = vitest
  const parts = [
    ...askedFiles(vitest),
    ...(config.testNamePattern ? [`-t ${JSON.stringify(config.testNamePattern.source)}`] : []),
    ...(config.tagsFilter ?? []).map(tags => `--tags-filter ${JSON.stringify(tags)}`),
    ...(config.shard ? [`--shard ${config.shard.index}/${config.shard.count}`] : []),
    ...(config.changed ? ['--changed'] : []),
    ...(config.related?.length ? ['related'] : []),
  ]
  return parts.length === 0 ? undefined : parts.join(' ')
}

/** The files and folders of the command line. */
export function askedFiles(vitest: Vitest): readonly string[] {
  // vitest keeps them where its types do not show them
  return (vitest as unknown as { readonly filenamePattern?: readonly string[] }).filenamePattern ?? []
}

/** The text of `--name`; undefined for a pattern of vitest's `-t` that is more than a text. */
export function askedName({ config }: Vitest): string | undefined {
  const source = config.testNamePattern?.source
  if (source === undefined) return undefined
  const plain = /^(?:[^\\.*+?^${}()|[\]]|\\[^a-zA-Z0-9])*$/.test(source)
  return plain ? source.replace(/\\(.)/g, '$1') : undefined
}
