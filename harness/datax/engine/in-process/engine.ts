import type { Engine } from '../engine.ts'
import { runJob } from './run-job.ts'

/** The default: the job runs in this process, without a Java machine. */
export const inProcessEngine: Engine = { name: 'in-process', run: runJob }
