import { type ParseArgsConfig, type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { didYouMean } from '../cases/suggest.ts'
import { AssayError } from '../errors.ts'

/** The options and words that `assay <command>` was given. Throws ASSAY_USAGE for an option that it does not know or that
 * lacks its value. */
export function parseOptions<T extends ParseArgsOptionsConfig>(command: string, args: readonly string[], options: T) {
  const config = { args: [...args], allowPositionals: true, options } as const satisfies ParseArgsConfig
  try {
    return parseArgs<typeof config>(config)
  } catch (cause) {
    throw usageError(command, message(cause as NodeJS.ErrnoException, options), cause)
  }
}

/** ASSAY_USAGE that points to the help of the command. */
export function usageError(command: string, message: string, cause?: unknown): AssayError {
  return new AssayError('ASSAY_USAGE', message, { cause, hint: `Run \`assay help ${command}\`.` })
}

function message({ code, message }: NodeJS.ErrnoException, options: ParseArgsOptionsConfig): string {
  const given = /^Unknown option '(-[^']*)'/.exec(message)?.[1]
  if (code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION' || given === undefined) return message
  return `there is no option ${given}${didYouMean(
    given,
    Object.keys(options).map(name => `--${name}`),
  )}`
}
