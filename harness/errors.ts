/** Who is at fault, and so which verdict and exit code an error leads to. */
export type ErrorKind = 'usage' | 'case' | 'config' | 'infrastructure' | 'product' | 'undecided'

type CodeEntry = {
  readonly kind: ErrorKind
  /** One sentence for docs/errors.md: when a person meets this code. */
  readonly about: string
  /** What to do next, where there is one answer for every occurrence. */
  readonly hint?: string
}

/** Every code that a person can meet. docs/errors.md is generated from this table. */
export const ERROR_CODES = {
  // usage: the command line
  ASSAY_USAGE: { kind: 'usage', about: 'The command line was not understood.', hint: 'Run `assay help`.' },
  ASSAY_NO_CASES: { kind: 'usage', about: 'No case matched the given files, names and tags.' },
  ASSAY_REPORT_INPUT: {
    kind: 'usage',
    about: 'The results of a run could not be read to report them again.',
    hint: 'Name a run folder, like reports/latest, or its results.json.',
  },

  // case: the case file
  ASSAY_CASE_UNREADABLE: { kind: 'case', about: 'A case file, or a file that it uses, could not be read.' },
  ASSAY_CASE_YAML: { kind: 'case', about: 'The file is not valid YAML.' },
  ASSAY_CASE_EMPTY: { kind: 'case', about: 'The case file holds no suite or no cases.' },
  ASSAY_CASE_UNKNOWN_KEY: { kind: 'case', about: 'A key is not one that may stand here.' },
  ASSAY_CASE_UNKNOWN_ACTION: { kind: 'case', about: 'A step names an action that no system has registered.' },
  ASSAY_CASE_NO_ACTION: { kind: 'case', about: 'A step has no action, or more than one.' },
  ASSAY_CASE_TYPE: { kind: 'case', about: 'A value has the wrong type or is outside its range.' },
  ASSAY_CASE_MISSING_KEY: { kind: 'case', about: 'A key that must be given is missing.' },
  ASSAY_CASE_DURATION: {
    kind: 'case',
    about: 'A duration is not a number with a unit.',
    hint: 'Write it like 500ms, 30s, 5m or 2h.',
  },
  ASSAY_CASE_DUPLICATE_ID: { kind: 'case', about: 'Two cases have the same id. Ids are unique over all case files.' },
  ASSAY_CASE_MATRIX_EMPTY: { kind: 'case', about: 'A matrix expands to nothing, so its case would never run.' },
  ASSAY_CASE_REFERENCE: { kind: 'case', about: 'A $(path) names a value that does not exist.' },
  ASSAY_CASE_CONDITION: { kind: 'case', about: 'An `if` or `requires` is not one comparison.' },
  ASSAY_CASE_UNKNOWN_TAG: { kind: 'case', about: 'A tag is not in the list of tags in assay.config.ts.' },
  ASSAY_CASE_UNKNOWN_OWNER: { kind: 'case', about: 'An owner is not in the list of owners in assay.config.ts.' },
  ASSAY_CASE_UNKNOWN_TARGET: { kind: 'case', about: 'A case file names a target that is not registered.' },
  ASSAY_CASE_NO_ENDPOINT: {
    kind: 'case',
    about: 'A step needs an endpoint and has none, or names one that its targets do not offer.',
  },
  ASSAY_CASE_JOIN: {
    kind: 'case',
    about: 'A `join` names a background step that was not started, or that was joined before.',
  },
  ASSAY_CASE_COMPOSITE: {
    kind: 'case',
    about: 'A composite action of a `use` file is not well formed, or calls itself.',
  },

  // config: settings
  ASSAY_CONFIG_UNREADABLE: { kind: 'config', about: 'A configuration file could not be read.' },
  ASSAY_CONFIG_SYNTAX: { kind: 'config', about: 'A configuration file is not valid INI.' },
  ASSAY_CONFIG_MISSING_KEY: { kind: 'config', about: 'A section or key that must be given is missing.' },
  ASSAY_CONFIG_VALUE: { kind: 'config', about: 'The value of a configuration key is not valid.' },
  ASSAY_CONFIG_UNKNOWN_KEY: { kind: 'config', about: 'A section or key is not known.' },
  ASSAY_CONFIG_ENV: { kind: 'config', about: 'A ${env:NAME} names an environment variable that is not set.' },
  ASSAY_CONFIG_ASSAY: { kind: 'config', about: 'assay.config.ts is missing or does not export defineAssay(…).' },

  // infrastructure: targets, servers, hosts, the harness's own files
  ASSAY_SETUP_MISSING: {
    kind: 'infrastructure',
    about: 'Software that a target needs is not on this machine.',
    hint: 'Run `npm run setup`, then `npx assay doctor`.',
  },
  ASSAY_SETUP_FAILED: { kind: 'infrastructure', about: 'Set-up could not bring a piece of software.' },
  ASSAY_SERVER_START: {
    kind: 'infrastructure',
    about: 'A server died, or did not answer, while it was being started.',
  },
  ASSAY_SERVER_PORT: { kind: 'infrastructure', about: 'The port that a server was told to use is taken.' },
  ASSAY_SERVER_DIED: { kind: 'infrastructure', about: 'A server ended although no step stopped it.' },
  ASSAY_TARGET_UNAVAILABLE: { kind: 'infrastructure', about: 'A target could not be leased.' },
  ASSAY_FAULT_UNSUPPORTED: {
    kind: 'infrastructure',
    about: 'The target cannot bring about this fault on this endpoint.',
  },
  ASSAY_FAULT_STATE: {
    kind: 'infrastructure',
    about: 'A fault was asked for that does not fit the state of the server.',
  },
  ASSAY_KEEPER_LOST: {
    kind: 'infrastructure',
    about: 'The keeper process, which owns the servers of this run, has gone.',
  },
  ASSAY_CONNECT: { kind: 'infrastructure', about: 'A connection could not be made before its deadline.' },
  ASSAY_AUTH: { kind: 'infrastructure', about: 'The server refused the account or its password.' },
  ASSAY_DISK_FULL: {
    kind: 'infrastructure',
    about: 'There is no space left where the run writes its files.',
    hint: 'Free some space, or name another folder with --reports DIR.',
  },
  ASSAY_REPORT_WRITE: { kind: 'infrastructure', about: 'A report, or the line of the history, could not be written.' },
  ASSAY_LOG_PATH: { kind: 'infrastructure', about: 'A log file name leaves the log folder.' },
  ASSAY_INTERRUPTED: {
    kind: 'infrastructure',
    about: 'A run or another command was cancelled by Ctrl-C or a signal.',
  },
  ASSAY_INTERNAL: {
    kind: 'infrastructure',
    about: 'assay itself failed in a way it does not know.',
    hint: 'Please report it with run.log.',
  },

  // product: what a step saw
  ASSAY_STEP_EXPECT: { kind: 'product', about: 'The result of a step differs from what the case expects.' },
  ASSAY_STEP_FAILS: { kind: 'product', about: 'A step that must fail succeeded, or failed in another way.' },
  ASSAY_STEP_GAVE_UP: { kind: 'product', about: 'Polling met the state under `give_up_on`.' },
  ASSAY_STEP_NOT_YET: { kind: 'product', about: 'What `eventually` waited for did not come in time.' },
  ASSAY_STEP_TIMEOUT: { kind: 'product', about: 'A step did not end within its deadline.' },
  ASSAY_STEP_NOT_RECORDED: {
    kind: 'product',
    about: 'There is no recorded result to compare with.',
    hint: 'Run with -u to record it, and read what was recorded.',
  },
  ASSAY_ACTION: { kind: 'product', about: 'The system answered a step with an error.' },
  ASSAY_SQL: { kind: 'product', about: 'The database answered a statement with an error.' },
  ASSAY_EXEC: { kind: 'product', about: 'A program could not be started or ended with an unexpected exit code.' },
  ASSAY_HTTP: { kind: 'product', about: 'An HTTP request got no usable answer.' },
  ASSAY_LIMIT: { kind: 'product', about: 'A `limits` line did not hold.' },
  ASSAY_CHECK: { kind: 'product', about: 'A check that runs after every case found something.' },

  // transfer: moving tables between clusters
  ASSAY_TRANSFER_PROTOCOL: { kind: 'infrastructure', about: 'A server broke the COPY protocol.' },
  ASSAY_TRANSFER_SILENT: {
    kind: 'infrastructure',
    about: 'A server of a transfer stopped sending and taking, and does not answer a new connection either.',
  },
  ASSAY_TRANSFER_TABLE: {
    kind: 'product',
    about: 'A table of a transfer is missing, or is not one that can be moved.',
  },
  ASSAY_TRANSFER_RIGHTS: { kind: 'product', about: 'An account lacks a right that the transfer needs.' },
  ASSAY_TRANSFER_COLUMNS: {
    kind: 'product',
    about: 'The columns of source and destination do not fit each other.',
  },
  ASSAY_TRANSFER_SPACE: { kind: 'product', about: 'The destination has less free space than the transfer needs.' },
  ASSAY_TRANSFER_WINDOW: {
    kind: 'usage',
    about: 'A window of a transfer is not valid: its ends, its duration, or the column that it is about.',
  },
  ASSAY_TRANSFER_WINDOW_NULL: {
    kind: 'product',
    about: 'Rows without a value in the window column belong to no window, and would never be moved.',
    hint: 'Give them a value, move them with --where, or allow them with --null-window ignore.',
  },
  ASSAY_TRANSFER_KEY: {
    kind: 'product',
    about: 'A merge has no usable key, or the rows that are to be merged hold a key twice.',
  },
  ASSAY_TRANSFER_OPTION: { kind: 'usage', about: 'Options of a transfer contradict each other or the servers.' },
  ASSAY_TRANSFER_DIFFERENT: {
    kind: 'product',
    about: 'What the destination holds after the load is not what the source sent. Nothing was kept.',
  },
  ASSAY_TRANSFER_FAILED: { kind: 'product', about: 'One or more tables of a transfer failed.' },
  ASSAY_TRANSFER_JOB: {
    kind: 'config',
    about: 'A transfer job, or the control tables that describe it, is not usable.',
  },
  ASSAY_TRANSFER_LEASE: {
    kind: 'product',
    about: 'A transfer job is held by another run.',
    hint: 'Wait for it. The lease of a run that died expires by itself.',
  },
  ASSAY_TRANSFER_LEASE_LOST: {
    kind: 'product',
    about: 'The lease of a transfer job expired or was taken over while the run went on. Nothing further was moved.',
  },

  // curve
  ASSAY_CURVE: { kind: 'product', about: 'Curve answered a call with an error code.' },
  ASSAY_CURVE_HANG: {
    kind: 'product',
    about: 'A call into Curve’s client library did not return in time; its process was killed and replaced.',
    hint: 'Volumes that were open there have to be opened again.',
  },
  ASSAY_CURVE_PYTHON: { kind: 'product', about: 'Curve’s Python module raised an exception.' },
  ASSAY_CURVE_VERIFY: { kind: 'product', about: 'Verified I/O read something else than what was acknowledged.' },
  ASSAY_CURVE_SIDECAR: { kind: 'infrastructure', about: 'The process that drives Curve’s Python module has died.' },
  ASSAY_CURVE_MODULE: {
    kind: 'infrastructure',
    about: 'Curve’s Python module `curvefs` cannot be used: it is missing, does not load, or its wrapper is broken.',
  },
  ASSAY_CURVE_ARGUMENT: {
    kind: 'case',
    about:
      'An argument of a Curve call that the C interface would misread: a NUL, or more bytes than one call may move.',
  },

  // klustron
  ASSAY_KLUSTRON_JOB: {
    kind: 'product',
    about: 'A job of cluster_mgr was refused, failed, or did not end; the code that it gave stands in the message.',
  },
  ASSAY_KLUSTRON_MANAGER: { kind: 'infrastructure', about: 'cluster_mgr gave no usable answer, or none leads.' },
  ASSAY_KLUSTRON_METADATA: {
    kind: 'infrastructure',
    about: 'No metadata node led to a writable primary before the deadline.',
  },
  ASSAY_KLUSTRON_HOSTS: { kind: 'usage', about: 'More hosts are needed than there are.' },
  ASSAY_KLUSTRON_LEFTOVER: {
    kind: 'product',
    about: 'A finished job left rows, ports or instances behind, or did not leave what it should.',
  },

  // openstore
  ASSAY_OPENSTORE: { kind: 'product', about: 'An openstore service refused a request, or gave no usable answer.' },

  // datax
  ASSAY_DATAX: { kind: 'product', about: 'A DataX job failed; the message begins with DataX’s own code.' },
  ASSAY_DATAX_JOB: {
    kind: 'usage',
    about: 'A DataX job file could not be read, or holds what DataX ignores in silence or fails on late.',
    hint: '`assay datax check job.json` lists everything, with places.',
  },
  ASSAY_SSH: {
    kind: 'infrastructure',
    about: 'A host could not be reached by ssh, or is not the one that is trusted.',
  },
  ASSAY_DATAX_HOME: {
    kind: 'infrastructure',
    about: 'There is no usable DataX or Addax home.',
    hint: 'Set DATAX_HOME or ADDAX_HOME to an unpacked distribution.',
  },

  // undecided
  ASSAY_UNDECIDED: { kind: 'undecided', about: 'A check ran out of budget, or could not compare.' },
} as const satisfies Record<string, CodeEntry>

export type ErrorCode = keyof typeof ERROR_CODES

/** A place in a file that a person wrote. Lines and columns count from 1. */
export type Place = { readonly file: string; readonly line?: number; readonly column?: number }

export type AssayErrorOptions = {
  readonly where?: Place
  /** What to do next; the table's hint is used where none is given. */
  readonly hint?: string
  readonly cause?: unknown
}

/** An error that a person meets: a code, one sentence with the offending value, a place and a hint where there are any. */
export class AssayError extends Error {
  readonly code: ErrorCode
  readonly where: Place | undefined
  readonly hint: string | undefined

  constructor(code: ErrorCode, message: string, options: AssayErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'AssayError'
    this.code = code
    this.where = options.where
    const entry: CodeEntry = ERROR_CODES[code]
    this.hint = options.hint ?? entry.hint
  }

  get kind(): ErrorKind {
    return ERROR_CODES[this.code].kind
  }
}

export type ActionErrorOptions = AssayErrorOptions & {
  /** What the system itself calls it: an SQLSTATE, an errno, an HTTP status, an error_code. */
  readonly systemCode?: string | number
  /** A portable name in snake_case: unique_violation, lock_timeout, deadlock, read_only, connection_lost, … */
  readonly class?: string
  /** More of what the system said: fields of the server's error, a response body. Secrets must be masked. */
  readonly data?: Readonly<Record<string, unknown>>
  /** Offset of the error in the SQL text that was sent, in UTF-16 units from 0. */
  readonly position?: number
}

/** What an action throws when the system refuses: a step that expects it says `fails: { code, class, message }`. */
export class ActionError extends AssayError {
  readonly systemCode: string | number | undefined
  readonly class: string | undefined
  readonly data: Readonly<Record<string, unknown>>
  readonly position: number | undefined

  constructor(code: ErrorCode, message: string, options: ActionErrorOptions = {}) {
    super(code, message, options)
    this.name = 'ActionError'
    this.systemCode = options.systemCode
    this.class = options.class
    this.data = options.data ?? {}
    this.position = options.position
  }
}

/** `ASSAY_CASE_UNKNOWN_KEY  cases/x.case.yaml:12:7  unknown key "expct"; did you mean "expect"?` and, on the next line, the hint. */
export function formatError(error: unknown): string {
  if (!(error instanceof AssayError)) return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  const { where } = error
  const place = where ? [where.file, where.line, where.column].filter(part => part !== undefined).join(':') : undefined
  const first = [error.code, place, error.message].filter(Boolean).join('  ')
  return error.hint ? `${first}\n  ${error.hint}` : first
}
