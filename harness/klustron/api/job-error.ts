import { ActionError } from '../../errors.ts'

export type JobFailure = {
  readonly type: string
  /** Absent when it was refused at once. */
  readonly job?: number
  readonly code: string
  readonly info: string
  readonly attachment?: unknown
}

/**
 * A job that failed or was refused. Its meaning is the pair of job type and `error_code`: two families of codes share
 * numbers (reference 1.10). `fails: { code: 70073 }` in a case means the product's code.
 */
export function jobError({ type, job, code, info, attachment }: JobFailure): ActionError {
  const what = job === undefined ? `${type} was refused` : `${type} (job ${job}) failed`
  return new ActionError('ASSAY_KLUSTRON_JOB', `${what} with ${code}${info === '' ? '' : `: ${info}`}`, {
    systemCode: code,
    class: job === undefined ? 'job_refused' : 'job_failed',
    data: { job_type: type, job_id: job, error_code: code, error_info: info, attachment },
  })
}
