import type { System } from '../assay.ts'
import { clientActions } from './actions/clients.ts'
import { nameActions } from './actions/names.ts'
import { volumeActions } from './actions/volumes.ts'
import { io } from './io/action.ts'

export type { SshAccount } from '../remote/ssh.ts'
export { alignedRange, readAligned, readFileAligned, writeAligned, writeFileAligned } from './aligned.ts'
export type { CallOptions } from './call-line.ts'
export * from './client.ts'
export { CURVE_CODES, type CurveCodeName, CurveError, curveCodeName } from './errors.ts'
export { type IoOptions, MISMATCH_ABOUT, type MismatchKind } from './io/plan.ts'
export type { IoResult, Mismatch } from './io/result.ts'
export { type RunIo, runIo } from './io/run.ts'
export { localHost, type SidecarHost, type SidecarProcess } from './sidecar-host.ts'
export { sshHost } from './ssh-host.ts'
export * from './types.ts'

export const curve: System = {
  name: 'curve',
  about: 'Volumes of a Curve cluster through the Python client API, and I/O that is verified.',
  actions: [...clientActions, ...nameActions, ...volumeActions, io],
}
