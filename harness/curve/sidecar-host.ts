import { spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { ActionError } from '../errors.ts'
import type { CurveSettings } from './types.ts'

/** Where the sidecar's source is: shipped as it is, beside the compiled harness. */
export const SIDECAR = fileURLToPath(new URL('./sidecar.py', import.meta.url))

export type SidecarExit = { readonly code: number | null; readonly signal: string | null }

/** A sidecar's process, wherever it runs. */
export interface SidecarProcess {
  readonly input: Writable
  readonly output: Readable
  readonly errors: Readable
  readonly exited: Promise<SidecarExit>
  /** Ends it at once, however it hangs. */
  kill(): void
  /** Whether the event loop of this process should stay up for it. */
  hold(on: boolean): void
}

/** A machine that can run sidecars. */
export interface SidecarHost {
  /** For messages: `this machine`, `curve@node1`. */
  readonly name: string
  /** Rejects with ASSAY_CURVE_MODULE (class `no_python`) where the interpreter cannot be started. */
  spawn(settings: CurveSettings, signal?: AbortSignal): Promise<SidecarProcess>
}

export const localHost: SidecarHost = {
  name: 'this machine',
  async spawn(settings) {
    const python = settings.python ?? 'python3'
    // -B: no __pycache__ beside a module that may lie in a folder of another owner
    const child = spawn(python, ['-B', '-u', SIDECAR, '--die-with-parent'], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: sidecarEnv(settings),
    })
    const exited = new Promise<SidecarExit>(resolve => child.once('close', (code, signal) => resolve({ code, signal })))
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve)
      child.once('error', cause => reject(noPython(python, cause)))
    })
    child.on('error', () => {})
    return {
      input: child.stdin,
      output: child.stdout,
      errors: child.stderr,
      exited,
      kill: () => void child.kill('SIGKILL'),
      hold: on => (on ? child.ref() : child.unref()),
    }
  },
}

export function noPython(python: string, cause: Error): ActionError {
  const reason = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such program' : cause.message
  return new ActionError('ASSAY_CURVE_MODULE', `the interpreter "${python}" could not be started: ${reason}`, {
    class: 'no_python',
    hint: 'Install python3 (3.6 or later), or name the interpreter in the settings.',
    cause,
  })
}

/** What the interpreter gets to see: the settings, and of this process only what a program needs to run. */
export function sidecarEnv({ pythonPath, env }: CurveSettings): NodeJS.ProcessEnv {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'LD_LIBRARY_PATH', 'PYENV_VERSION', 'CURVEFS_STANDIN_WRAPPER']
  return {
    ...Object.fromEntries(kept.flatMap(name => (process.env[name] === undefined ? [] : [[name, process.env[name]]]))),
    LC_ALL: 'C.UTF-8',
    ...(pythonPath === undefined ? {} : { PYTHONPATH: pythonPath }),
    ...env,
  }
}
