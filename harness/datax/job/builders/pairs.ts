import { AssayError } from '../../../errors.ts'
import { BuiltJob, type JobSide, type JobSpeed } from './built-job.ts'
import { mysqlReader, mysqlWriter, postgresqlReader, postgresqlWriter } from './rdbms.ts'
import { streamReader, streamWriter } from './stream.ts'
import { type Transform, transformerOf } from './transform.ts'
import { textReader, textWriter } from './txtfile.ts'

/** What every job has, whatever it connects. */
export type JobOptions = {
  /** Default: one channel. */
  readonly speed?: JobSpeed
  /** How many dirty records are borne: a number, or a share of all. Default: none. */
  readonly errorLimit?: { readonly record: number } | { readonly percentage: number }
  readonly transform?: readonly Transform[]
  /** Only looks whether the job could run. */
  readonly dryRun?: boolean
}

export type PairOptions<Source, Destination> = JobOptions & { readonly from: Source; readonly to: Destination }
export type JobBuilder<Source, Destination> = (options: PairOptions<Source, Destination>) => BuiltJob

export const streamToStream = pair(streamReader, streamWriter)
export const streamToMysql = pair(streamReader, mysqlWriter)
export const streamToPostgresql = pair(streamReader, postgresqlWriter)
export const streamToText = pair(streamReader, textWriter)
export const mysqlToStream = pair(mysqlReader, streamWriter)
export const mysqlToMysql = pair(mysqlReader, mysqlWriter)
export const mysqlToPostgresql = pair(mysqlReader, postgresqlWriter)
export const mysqlToText = pair(mysqlReader, textWriter)
export const postgresqlToStream = pair(postgresqlReader, streamWriter)
export const postgresqlToMysql = pair(postgresqlReader, mysqlWriter)
export const postgresqlToPostgresql = pair(postgresqlReader, postgresqlWriter)
export const postgresqlToText = pair(postgresqlReader, textWriter)
export const textToStream = pair(textReader, streamWriter)
export const textToMysql = pair(textReader, mysqlWriter)
export const textToPostgresql = pair(textReader, postgresqlWriter)
export const textToText = pair(textReader, textWriter)

function pair<Source, Destination>(
  read: (source: Source) => JobSide,
  write: (destination: Destination) => JobSide,
): JobBuilder<Source, Destination> {
  return ({ from, to, ...options }) => jobOf(read(from), write(to), options)
}

function jobOf(reader: JobSide, writer: JobSide, options: JobOptions): BuiltJob {
  const { speed = {}, errorLimit = { record: 0 }, transform = [], dryRun } = options
  if (reader.width !== undefined && writer.width !== undefined && reader.width !== writer.width)
    throw new AssayError(
      'ASSAY_DATAX_JOB',
      `${reader.name} gives ${reader.width} columns, and ${writer.name} takes ${writer.width}`,
    )
  const end = ({ name, parameter }: JobSide): unknown => ({ name, parameter })
  const { job, core } = speedOf(speed)
  const content = {
    ...{ reader: end(reader), writer: end(writer) },
    ...(transform.length > 0 ? { transformer: transform.map(transformerOf) } : {}),
  }
  return new BuiltJob(
    {
      ...(core ? { core: { transport: { channel: { speed: core } } } } : {}),
      job: { setting: { speed: job, errorLimit, ...(dryRun ? { dryRun } : {}) }, content: [content] },
    },
    {
      ...(reader.password ? { source_password: reader.password } : {}),
      ...(writer.password ? { destination_password: writer.password } : {}),
    },
  )
}

type Speed = Readonly<Record<string, number>>

/** A limit of the whole job needs what one channel may do, or DataX dies. */
function speedOf(speed: JobSpeed): { readonly job: Speed; readonly core?: Speed } {
  if ('records' in speed)
    return { job: { record: speed.records.perSecond }, core: { record: speed.records.perChannel } }
  if ('bytes' in speed) return { job: { byte: speed.bytes.perSecond }, core: { byte: speed.bytes.perChannel } }
  return { job: { channel: speed.channel ?? 1 } }
}
