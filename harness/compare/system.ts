import type { System } from '../assay.ts'
import { compareActions } from './actions.ts'

/** Comparing rows, schema and replicas: for every system that stores tables. */
export const compare: System = {
  name: 'compare',
  about: 'Compares rows, schema and replicas across PostgreSQL, Greenplum, MySQL and MariaDB.',
  actions: compareActions,
}
