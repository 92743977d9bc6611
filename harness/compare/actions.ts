import { compareReplicasAction } from './replicas-action.ts'
import { compareRowsAction } from './rows-action.ts'
import { compareSchemaAction } from './schema-action.ts'

/** The actions of this folder, for the registry. */
export const compareActions = [compareRowsAction, compareSchemaAction, compareReplicasAction]
