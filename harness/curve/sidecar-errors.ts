import { ActionError } from '../errors.ts'
import { type CurveCall, showCall } from './errors.ts'
import type { SidecarExit } from './sidecar-host.ts'
import type { CurveSettings } from './types.ts'

/** `output` is what it wrote before it ended. */
export function lost({ code, signal }: SidecarExit, call: CurveCall, output: string): ActionError {
  return new ActionError(
    'ASSAY_CURVE_SIDECAR',
    `the sidecar ended with ${signal ?? `exit code ${code}`} during ${showCall(call)}${said(output)}`,
    { class: 'sidecar_lost', data: { call: call.name, exit_code: code, signal } },
  )
}

/** One that never came to serve a call; `what` follows the name of its host. */
export function notReady(host: string, what: string, output: string): ActionError {
  return new ActionError('ASSAY_CURVE_SIDECAR', `the sidecar on ${host} ${what}${said(output)}`, {
    class: 'sidecar_lost',
  })
}

/** An exception of the module or its wrapper. */
export function raised(
  call: CurveCall,
  { type, message }: { readonly type: string; readonly message: string },
): ActionError {
  return new ActionError('ASSAY_CURVE_PYTHON', `${showCall(call)} raised ${type}: ${message}`, {
    systemCode: type,
    class: type.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase(),
  })
}

/** A call that did not come back in time. */
export function hang(call: CurveCall, within: number): ActionError {
  return new ActionError('ASSAY_CURVE_HANG', `${showCall(call)} did not return within ${within / 1000} s`, {
    class: 'hang',
    data: { call: call.name, within_ms: within },
  })
}

const REFUSALS: Readonly<Record<string, { readonly what: string; readonly hint: string }>> = {
  missing: {
    what: 'has no module curvefs',
    hint: 'Install the wheel `curvefs`, or name the folder that holds it (/usr/curvefs for the package curve-sdk) as PYTHONPATH.',
  },
  unloadable: {
    what: 'cannot load the module curvefs',
    hint: 'The module was built for another machine or another CPython: use the interpreter that it was built for.',
  },
  unusable: {
    what: 'loads curvefs, but its wrapper cannot do I/O',
    hint: 'The released wrapper is broken on CPython 3.10 to 3.12: use 3.6 to 3.9 or 3.13, or rebuild it.',
  },
}

/** What the sidecar said of a module that it cannot work with. */
export function unusable(
  message: Readonly<Record<string, unknown>>,
  settings: CurveSettings,
  output: string,
): ActionError {
  const kind = String(message.refused)
  const refusal = REFUSALS[kind]
  const python = `${settings.python ?? 'python3'} (${message.python})`
  return new ActionError(
    'ASSAY_CURVE_MODULE',
    `${python} ${refusal?.what ?? kind}: ${message.message}${said(output)}`,
    {
      class: `module_${kind}`,
      hint: refusal?.hint,
    },
  )
}

const said = (output: string): string => (output === '' ? '' : `; it said: ${output.split('\n').slice(-3).join(' / ')}`)
