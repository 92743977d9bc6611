import type { Engine } from './engine.ts'
import { inProcessEngine } from './in-process/engine.ts'

export const ENGINES: Readonly<Record<'in-process', Engine>> = { 'in-process': inProcessEngine }
