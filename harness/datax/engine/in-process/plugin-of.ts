import { didYouMean } from '../../../cases/suggest.ts'
import { DataxError } from '../../errors.ts'
import type { JsonNode } from '../../job/json.ts'
import { nodeAt } from '../../job/json-node.ts'
import { Parameters } from '../../job/parameters.ts'
import type { PluginContext, ReaderJob, WriterJob } from '../../plugins/plugin.ts'
import { READERS, WRITERS } from '../../plugins/plugins.ts'

export type PluginSide = 'reader' | 'writer'

/** The plugin that a side of the job names, with its parameter. Throws Framework-03 and -12. */
export function pluginOf(
  content: JsonNode | undefined,
  side: PluginSide,
): { readonly name: string; open(context: PluginContext): Promise<ReaderJob | WriterJob> } {
  const given = new Parameters(nodeAt(content, side), `job.content[0].${side}`)
  const name = given.required('name', 'Framework-03')
  const known = side === 'reader' ? READERS : WRITERS
  const load = known[name]
  if (!load)
    throw new DataxError(
      'Framework-12',
      `插件加载失败，未完成指定插件加载:[${name}]${didYouMean(name, Object.keys(known))}`,
      { hint: `This engine has ${Object.keys(known).join(', ')}; a home may have more.` },
    )
  return { name, open: async context => (await load()).open(new Parameters(given.get('parameter'), name), context) }
}
