import { AssayError, formatError } from '../errors.ts'
import type { Command } from './command.ts'
import { exitCodeOf } from './transfer/exit-code.ts'
import { withPasswords } from './transfer/passwords.ts'

const USAGE = `assay transfer SOURCE DESTINATION --table NAME …
assay transfer job NAME SOURCE DESTINATION [--control URL]
assay transfer init CONTROL
assay transfer reset ALARMS

Moves tables between PostgreSQL or Greenplum servers, each whole or not at all, and verifies them before the commit.
SOURCE, DESTINATION and the others are postgres://user@host:5432/database; their passwords are taken from ASSAY_SOURCE_PASSWORD,
ASSAY_DESTINATION_PASSWORD, ASSAY_CONTROL_PASSWORD and so on. ?sslmode=require (verify-ca, verify-full) encrypts; &sslrootcert=FILE
names the authority.

  --table NAME         a table, schema.table or schema.*; may be given again. All are of one moment of the source
  --into NAME          its name on the destination
  --mode MODE          replace (default), append, truncate, merge
  --key A,B            columns that merge goes by; default: the primary key
  --columns A,B        only these columns
  --where SQL          only rows for which this holds, on both ends
  --window-column C    only rows of a window: --from (in it) --to (not in it), like 2026-11-01 or "2026-11-01 14:30"
  --epoch UNIT         the window column counts s, ms or us since 1970
  --null-window HOW    rows without a value in the window column: refuse (default) or ignore
  --keep-indexes       do not build the indexes of an empty table after the load
  --dry-run            print the plan and move nothing

  --streams N          connections per table; default: by size and cores
  --via HOW            how several streams become one load: multiplex or staging
  --format F           auto (default), binary, text
  --verify HOW         digest (default), count, none
  --tables-at-once N   default 2
  --lock-within 30s    longest wait for the lock of a destination table
  --no-analyze         leave the destination's statistics alone
  --log DIR            write what happens to DIR/<day>.log as well (job and \`compare watch\` too)
  --json               results as JSON

job: runs the windows of a job that are due, and says where it stands.
  --control URL        the database with the control tables; default: the destination
  --store KIND         clean (default, made by init), seed (transferstatetable, transfertable), earliest (etl_conf_d, sor.schemaName)
  --schema NAME        schema of the control tables; default assay_transfer, or eda
  --until TIME         only windows that end by then; default: now, in UTC
  --at-most N          windows
  --lease 60s          time without a sign of life after which another run may take the job
  --windows URL        earliest: the server with etl_conf_d
init: makes the control tables. --schema NAME, --alarms for dm.system_alarm too, --print to see the SQL.
reset: removes all alarms, and writes down who did.

Exit code: 0 moved, 1 refused or different, 2 could not compare, 3 a server or assay broke, 64 wrong usage.`

/** Move tables between servers. */
export const transfer: Command = {
  name: 'transfer',
  about: 'move tables between PostgreSQL or Greenplum servers, whole and verified',
  usage: USAGE,
  async run(args, signal) {
    const [verb, ...rest] = args
    try {
      if (verb === 'job') return await (await import('./transfer/job.ts')).transferJob(rest, signal)
      if (verb === 'init') return await (await import('./transfer/init.ts')).transferInit(rest, signal)
      if (verb === 'reset') return await (await import('./transfer/watch.ts')).resetAlarms(rest, signal)
      return await (await import('./transfer/tables.ts')).transferSomeTables(args, signal)
    } catch (error) {
      if (!(error instanceof AssayError) || signal.aborted) throw error
      process.stderr.write(`${formatError(withPasswords(error))}\n`)
      return exitCodeOf(error)
    }
  },
}
