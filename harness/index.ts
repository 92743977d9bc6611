/** What others may import: `import { defineAction, connect } from 'assay'`. */

export { builtin } from './actions/builtin.ts'
export {
  type Action,
  type ActionContext,
  type ActionDefinition,
  type Clock,
  defineAction,
  type StepRecord,
} from './actions/define-action.ts'
export { type Assay, defineAssay, type System } from './assay.ts'
export { formatDuration, parseDuration } from './cases/duration.ts'
export { durationSchema } from './cases/schema.ts'
export { ConfInfo } from './config/getconf.ts'
export { readSettings } from './config/settings.ts'
export {
  type CreateOptions,
  CurveClient,
  CurveError,
  type CurveSettings,
  curve,
  type IoResult,
  runIo,
} from './curve/index.ts'
export { datax } from './datax/index.ts'
export { BuiltJob, type JobSpeed } from './datax/job/builders/built-job.ts'
export {
  type JobBuilder,
  type JobOptions,
  mysqlToMysql,
  mysqlToPostgresql,
  mysqlToStream,
  mysqlToText,
  type PairOptions,
  postgresqlToMysql,
  postgresqlToPostgresql,
  postgresqlToStream,
  postgresqlToText,
  streamToMysql,
  streamToPostgresql,
  streamToStream,
  streamToText,
  textToMysql,
  textToPostgresql,
  textToStream,
  textToText,
} from './datax/job/builders/pairs.ts'
export type {
  Account,
  DatabaseDestination,
  DatabaseSource,
  MysqlDestination,
  MysqlSource,
} from './datax/job/builders/rdbms.ts'
export type { StreamColumn, StreamDestination, StreamSource } from './datax/job/builders/stream.ts'
export type { Transform } from './datax/job/builders/transform.ts'
export type { FileColumn, TextDestination, TextSource } from './datax/job/builders/txtfile.ts'
export {
  ActionError,
  type ActionErrorOptions,
  AssayError,
  type AssayErrorOptions,
  ERROR_CODES,
  type ErrorCode,
  formatError,
  type Place,
} from './errors.ts'
export { greenplum } from './greenplum/index.ts'
export {
  type Cluster,
  compareShardMasterAndStandby,
  compareStandby,
  type Klustron,
  type KlustronOptions,
  klustron,
  openKlustron,
} from './klustron/index.ts'
export { DailyLog, type DailyLogOptions } from './log/daily-log.ts'
export { isSecretName, maskSecrets, Secret, secret } from './log/secret.ts'
export { OpenstoreClient, OpenstoreError, openstore } from './openstore/index.ts'
export { type CaseResult, type RunResult, type StepResult, VERDICTS, type Verdict } from './report/model.ts'
export { writeReports } from './report/write.ts'
export { connect } from './sql/connect.ts'
export { My, Pg } from './sql/seed.ts'
export type { ConnectOptions, QueryOptions, SqlColumn, SqlResult, SqlSession, SqlValue } from './sql/session.ts'
export { connectKeeper } from './targets/keeper/connect.ts'
export { type RunningKeeper, type StartKeeperOptions, startKeeper } from './targets/keeper/start.ts'
export type { Keeper, Lease, LeaseMode, LeaseRequest } from './targets/lease.ts'
export type { FoundSoftware, Software } from './targets/software.ts'
export {
  type Capabilities,
  defineTarget,
  type Endpoint,
  type Endpoints,
  type Protocol,
  type StartedTarget,
  type TargetDefinition,
  type TargetHost,
  type TargetProvider,
  type Tier,
} from './targets/target.ts'
export { SessionPool } from './transfer/copy/session-pool.ts'
export { cleanSchema } from './transfer/job/clean-schema.ts'
export { CleanStore } from './transfer/job/clean-store.ts'
export type { Job, JobEntry, JobStore, JobTable, LeaseTerms } from './transfer/job/model.ts'
export { type JobEvent, type JobResult, type RunJobOptions, runJob } from './transfer/job/run-job.ts'
export { SeedStore } from './transfer/job/seed-store.ts'
export type { Counts, Mode, Phase, Slice, TransferResult, TransferSpec, Verification } from './transfer/model.ts'
export { planTransfer, type TransferPlan, transferTable } from './transfer/transfer-table.ts'
export { type TableOutcome, type TablesSpec, transferTables } from './transfer/transfer-tables.ts'
export { lateSlice, type TimeWindow, type WindowColumn, windowSlice } from './transfer/window.ts'
export { VERSION } from './version.ts'
