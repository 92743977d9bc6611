import { compareValues, isTruthy, parseCondition } from '../cases/condition.ts'
import type { Lease } from '../targets/lease.ts'
import type { Capabilities } from '../targets/target.ts'
import { systemOf } from './endpoints.ts'

/** The first requirement that the targets do not meet, as the reason of a skip; undefined when they meet all. */
export function unmetRequirement(requires: readonly string[], leases: readonly Lease[]): string | undefined {
  const capabilities = capabilitiesOf(leases)
  const targets = leases.map(lease => lease.target).join(', ')
  const who = leases.length === 0 ? 'the case has no target' : `${targets} (${leases[0]?.tier})`
  for (const text of requires) {
    const { left, operator, right } = parseCondition(text)
    const value = capabilities[left]
    if (value === undefined) return leases.length === 0 ? `requires ${left}, and ${who}` : `${who} has no ${left}`
    if (operator === undefined ? !isTruthy(value) : !compareValues(value, operator, right))
      return `${who} has ${left} ${String(value)}, not ${text}`
  }
  return undefined
}

/** What the targets can do; every role counts too: `greenplum.source`, and a list of endpoints as their number. */
function capabilitiesOf(leases: readonly Lease[]): Capabilities {
  const all: Record<string, true | number | string> = {}
  for (const lease of leases) {
    for (const [role, value] of Object.entries(lease.endpoints))
      all[`${systemOf(lease.target)}.${role}`] = Array.isArray(value) ? value.length : true
    Object.assign(all, lease.capabilities)
  }
  return all
}
