import { AssayError } from '../errors.ts'
import type { Lease } from '../targets/lease.ts'

export type CheckOptions = {
  readonly leases: readonly Lease[]
  /** Milliseconds since 1970: when the case began. */
  readonly from: number
  /** Names of checks that do not apply. */
  readonly skip: readonly string[]
}

/** What is looked at after every case: no server died by itself, none panicked. Throws ASSAY_CHECK with all that was found. */
export async function checkServers({ leases, from, skip }: CheckOptions): Promise<void> {
  const findings = (await Promise.all(leases.map(lease => lease.check(from))))
    .flat()
    .filter(({ check }) => !skip.includes(check))
  const [first] = findings
  if (!first) return
  const message = findings.map(({ check, server, message }) => `${check}: ${server}: ${message}`).join('; ')
  throw new AssayError('ASSAY_CHECK', message, { hint: `If that is meant, say \`skip_checks: [${first.check}]\`.` })
}
