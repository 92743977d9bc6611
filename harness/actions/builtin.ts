import type { System } from '../assay.ts'
import { compareActions } from '../compare/actions.ts'
import { exec } from './exec.ts'
import { faultActions } from './fault.ts'
import { http } from './http.ts'
import { log } from './log.ts'
import { sql } from './sql.ts'
import { wait } from './wait.ts'

/** The actions that belong to no system. */
export const builtin: System = {
  name: 'builtin',
  about: 'SQL, comparing rows, HTTP, programs, waiting, logging, and faults of one server.',
  actions: [sql, ...compareActions, exec, http, wait, log, ...faultActions],
}
