import { AssayError } from '../../errors.ts'
import { JOB_TYPES, type JobName, type JobType } from '../api/job-types.ts'
import type { Paras } from '../api/paras.ts'

/** The parameters of a job with its defaults, or ASSAY_CASE_TYPE naming the one that is wrong. */
export function checkedParas(type: JobName, paras: object): { readonly mode: JobType['mode']; readonly paras: Paras } {
  const job: JobType = JOB_TYPES[type]
  const checked = job.paras.safeParse(paras)
  if (checked.success) return { mode: job.mode, paras: checked.data as Paras }
  const [issue] = checked.error.issues
  const where = issue && issue.path.length > 0 ? `${issue.path.join('.')}: ` : ''
  throw new AssayError('ASSAY_CASE_TYPE', `${type} does not take these parameters: ${where}${issue?.message ?? ''}`)
}
