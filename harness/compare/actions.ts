import { compareRowsAction } from './rows-action.ts'

/** The actions of this folder, for the registry. */
export const compareActions = [compareRowsAction]
