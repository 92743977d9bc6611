import { ActionError } from '../../errors.ts'

/** An answer of cluster_mgr: the keys of reference 1.3 to 1.5, absent ones filled in. */
export type Reply = {
  readonly status: string
  readonly code: string
  readonly info: string
  /** Absent when the request was refused at once (1.4) and, mostly, in answers of `get_status`. */
  readonly job?: number
  readonly attachment: unknown
}

/** Reads the body; the content type says text/plain, whatever it holds. */
export function parseReply(text: string): Reply {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch (cause) {
    throw new ActionError('ASSAY_KLUSTRON_MANAGER', `cluster_mgr answered what is not JSON: ${text.slice(0, 200)}`, {
      cause,
      class: 'invalid_answer',
    })
  }
  const fields = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  const text_ = (key: string): string => (fields[key] === undefined || fields[key] === null ? '' : String(fields[key]))
  const job = text_('job_id')
  return {
    status: text_('status'),
    code: text_('error_code'),
    info: text_('error_info'),
    ...(/^\d+$/.test(job) ? { job: Number(job) } : {}),
    attachment: fields.attachment ?? null,
  }
}

/** The answer of `get_status` while a job's memo is empty. A bad id gets the same one (reference 1.6). */
export function isBlank({ status, code, attachment }: Reply): boolean {
  return attachment === null && code === '70001' && status === 'failed'
}
