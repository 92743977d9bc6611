import type { Readable } from 'node:stream'

export type HomeExit = { readonly code: number | null; readonly signal: string | null }

export type HomeStart = {
  /** Put into a folder that only its user can enter, of mode 0600, and removed afterwards. */
  readonly files: Readonly<Record<string, string>>
  /** Program and arguments, given that folder. */
  command(folder: string): readonly string[]
  readonly signal: AbortSignal | undefined
}

/** A program that runs somewhere, as the leader of a process group that goes with it. */
export interface HomeProcess extends AsyncDisposable {
  readonly stdout: Readable
  readonly stderr: Readable
  /** Resolves when it has ended and both streams have. */
  readonly exited: Promise<HomeExit>
  /** SIGTERM to the whole group, SIGKILL to what is left of it after five seconds. */
  stop(): void
}

/** A machine with a home on it. */
export interface HomeHost {
  /** For messages: `this machine`, `etl@node1`. */
  readonly name: string
  /** The names in a folder; undefined where there is no such folder. */
  list(folder: string, signal?: AbortSignal): Promise<readonly string[] | undefined>
  start(options: HomeStart): Promise<HomeProcess>
}

/**
 * `sh -c GROUP_SCRIPT name folder program arguments`: runs the program in the process group of this shell, and kills the group when
 * standard input ends: whoever started it closes it to stop the job, and the kernel or sshd close it where he has gone. Whatever
 * happens, the folder with the job and its passwords is removed. A trap that does nothing (rather than an ignored signal, which the
 * program would inherit) keeps the shell, so that it can tell how the program ended.
 */
export const GROUP_SCRIPT = [
  'folder=$1; shift',
  'trap : TERM INT HUP',
  'exec 3<&0',
  '"$@" </dev/null 3<&- &',
  'job=$!',
  '(trap "" TERM INT HUP; cat >/dev/null; kill -TERM -$$; sleep 5; rm -rf "$folder"; kill -KILL -$$) <&3 >/dev/null 2>&1 &',
  'watch=$!',
  'exec 3<&-',
  'while :; do wait $job; code=$?; kill -0 $job 2>/dev/null || break; done',
  'kill -KILL $watch 2>/dev/null',
  'rm -rf "$folder"',
  'exit $code',
].join('\n')
