/** One command of `assay`. Errors it throws are printed by formatError and give the design's exit code. */
export interface Command {
  readonly name: string
  /** One line for `assay help`. */
  readonly about: string
  /** What `assay help <name>` prints. */
  readonly usage: string
  /** Returns the exit code. `signal` is aborted by the first Ctrl-C or SIGTERM. */
  run(args: readonly string[], signal: AbortSignal): Promise<number>
}
