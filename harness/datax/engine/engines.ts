import { existsSync } from 'node:fs'
import { AssayError } from '../../errors.ts'
import { realIni, sectionMissing } from '../../targets/real/section.ts'
import { engineAt } from '../home-endpoint.ts'
import { realHome } from '../real.ts'
import type { Engine } from './engine.ts'
import { homeOfEnvironment } from './home/home.ts'
import { homeEngine } from './home/home-engine.ts'
import { localHost } from './home/local-host.ts'
import { inProcessEngine } from './in-process/engine.ts'

/** In this process; a DataX or Addax home on this machine; one on another. */
export const ENGINE_NAMES = ['in-process', 'home', 'ssh'] as const

export type EngineName = (typeof ENGINE_NAMES)[number]

/**
 * The engine of that name. A home is the one given, else that of [datax.home] in real.ini, else of DATAX_HOME or ADDAX_HOME; ssh needs
 * the section. Rejects with ASSAY_DATAX_HOME where none is known.
 */
export async function engineNamed(name: EngineName, options: { readonly home?: string } = {}): Promise<Engine> {
  if (name === 'in-process') return inProcessEngine
  if (options.home !== undefined && name === 'home') return homeEngine(name, localHost, { path: options.home })
  const section = existsSync(realIni()) && (await sectionMissing('datax.home')) === undefined
  const endpoint = section ? await realHome() : undefined
  const remote = endpoint?.options?.ssh_host !== undefined
  if (endpoint && remote === (name === 'ssh')) return engineAt(endpoint)
  if (name === 'ssh')
    throw new AssayError('ASSAY_DATAX_HOME', `${realIni()} has no section [datax.home] with ssh_host`, {
      hint: 'conf/real.example.ini shows one.',
    })
  const settings = homeOfEnvironment()
  if (settings) return homeEngine(name, localHost, settings)
  throw new AssayError('ASSAY_DATAX_HOME', 'no DataX or Addax home is known', {
    hint: `Set DATAX_HOME or ADDAX_HOME, write [datax.home] into ${realIni()}, or pass --home.`,
  })
}
