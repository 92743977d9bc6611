import type { System } from '../assay.ts'
import { checkAction } from './actions/check.ts'
import { getFiles, putFile } from './actions/files.ts'
import { runAction } from './actions/run.ts'
import { serveAction } from './actions/serve.ts'

export type { Counters, DirtyRecord, Engine, Progress, RunOptions, RunResult } from './engine/engine.ts'
export { ENGINES } from './engine/engines.ts'
export { DATAX_CODES, DataxError } from './errors.ts'
export { buildJob, type JobEnd, type JobPlan } from './job/build.ts'
export { checkJob } from './job/check.ts'
export { FINDINGS, type Finding, showFinding } from './job/finding.ts'
export { parseParameters } from './job/variables.ts'

export const datax: System = {
  name: 'datax',
  about: 'DataX jobs: checked, run in this process, and their results; the data-sync platform over them.',
  actions: [runAction, checkAction, putFile, getFiles, serveAction],
}
