import { enableCompileCache } from 'node:module'
import type { AssayVitest, AssayVitestOptions } from './config.ts'
import { compileCacheOf, findConfig } from './load-config.ts'

export type { AssayVitest, AssayVitestOptions } from './config.ts'

const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js'

/** What a vitest.config.ts needs to run case files. */
export async function assayVitest(options: AssayVitestOptions = {}): Promise<AssayVitest> {
  enableCompileCache(compileCacheOf(findConfig(options.root ?? process.cwd())))
  // by its address: what vite sees imported it bundles into the config, and compiles anew at every start
  const config: typeof import('./config.ts') = await import(new URL(`./config.${EXTENSION}`, import.meta.url).href)
  return config.assayVitest(options)
}
