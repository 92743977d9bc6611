import { AssayError } from '../../errors.ts'
import { AlarmTable } from '../../greenplum/alarm/alarm-table.ts'
import { connect } from '../../sql/connect.ts'
import { cleanSchema, DEFAULT_SCHEMA } from '../../transfer/job/clean-schema.ts'
import { parseOptions } from '../options.ts'
import { endpoint } from './arguments.ts'

/** `assay transfer init CONTROL`: the control tables and the alarm table, where they are missing. */
export async function transferInit(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseOptions('transfer', args, {
    schema: { type: 'string' },
    alarms: { type: 'boolean' },
    print: { type: 'boolean' },
  })
  const { schema = DEFAULT_SCHEMA } = values
  if (values.print === true) {
    console.log(`${cleanSchema(schema).trim()};`)
    return 0
  }
  await using session = await connect(endpoint(positionals[0], 'control'), { signal })
  const { values: there } = await session.query('select 1 from pg_namespace where nspname = $1', {
    parameters: [schema],
    signal,
  })
  if (there.length > 0 && values.alarms !== true)
    throw new AssayError('ASSAY_TRANSFER_JOB', `the schema "${schema}" exists already`, {
      hint: 'Name another with --schema.',
    })
  if (there.length === 0) {
    await session.query(`begin; ${cleanSchema(schema)}; commit`, { signal })
    console.log(`made ${schema}.job, ${schema}.job_table and ${schema}.history`)
  }
  if (values.alarms === true) {
    await new AlarmTable(session).create()
    console.log('dm.system_alarm is there')
  }
  return 0
}
