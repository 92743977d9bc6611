import type { System } from '../assay.ts'
import { alarmInitAction, alarmLookAction, alarmResetAction, alarmWatchAction } from './alarm-actions.ts'
import { transferInitAction, transferJobAction } from './transfer-job-action.ts'
import { transferTableAction } from './transfer-table-action.ts'

/** Moving tables between Greenplum (and PostgreSQL) clusters, window by window, and telling where they differ. */
export const greenplum: System = {
  name: 'greenplum',
  about: 'Transfer of tables between Greenplum or PostgreSQL clusters: windows, jobs, verification, alarms.',
  actions: [
    transferTableAction,
    transferJobAction,
    transferInitAction,
    alarmInitAction,
    alarmLookAction,
    alarmWatchAction,
    alarmResetAction,
  ],
}
