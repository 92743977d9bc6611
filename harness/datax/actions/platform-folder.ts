import { join } from 'node:path'
import { z } from 'zod'
import type { ActionContext } from '../../actions/define-action.ts'
import { jobFolder } from './job-input.ts'

/** Of a platform's folder within that of the case. */
export const folderName = z.string().regex(/^[\w-]+$/)

/** The folder of a platform that a case started: its database, `configs` and `logs`. */
export const platformFolder = (context: ActionContext, folder: string): string => join(jobFolder(context), folder)
