import type { System } from '../assay.ts'
import { checkAction } from './actions/check.ts'
import { getFiles, putFile } from './actions/files.ts'
import { platformSqlAction, postAction } from './actions/platform.ts'
import { runAction } from './actions/run.ts'
import { serveAction } from './actions/serve.ts'

export type { Counters, DirtyRecord, Engine, Progress, RunOptions, RunResult } from './engine/engine.ts'
export { ENGINE_NAMES, type EngineName, engineNamed } from './engine/engines.ts'
export { type HomeSettings, homeOfEnvironment } from './engine/home/home.ts'
export { homeEngine } from './engine/home/home-engine.ts'
export { localHost } from './engine/home/local-host.ts'
export { sshHost } from './engine/home/ssh-host.ts'
export { DATAX_CODES, DataxError } from './errors.ts'
export { engineAt, HOME_TARGET } from './home-endpoint.ts'
export { buildJob, type JobEnd, type JobPlan } from './job/build.ts'
export { checkJob } from './job/check.ts'
export { FINDINGS, type Finding, showFinding } from './job/finding.ts'
export { parseParameters } from './job/variables.ts'
export { homeEndpoint } from './real.ts'

export const datax: System = {
  name: 'datax',
  about: 'DataX jobs: checked, run in this process, and their results; the data-sync platform over them.',
  actions: [runAction, checkAction, putFile, getFiles, serveAction, postAction, platformSqlAction],
}
