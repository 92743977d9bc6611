import type { Path } from './case-text.ts'
import type { Step, TargetUse } from './model.ts'
import { complain, type Reading } from './reading.ts'
import { didYouMean } from './suggest.ts'

/** Checks that the endpoints which steps name under `on` are roles of the targets, as far as they are written out. */
export function checkEndpoints(steps: readonly Step[], targets: readonly TargetUse[], reading: Reading): void {
  const names = targets.flatMap(({ name }) => {
    const system = name.split('.')[0]
    return (reading.registry.targets.get(name) ?? []).flatMap(role => [role, `${system}.${role}`])
  })
  // an unknown target is complained of already
  if (targets.some(({ name }) => !reading.registry.targets.has(name))) return
  for (const step of steps) {
    checkEndpoints(step.steps ?? [], targets, reading)
    checkName(step.on, [...step.path, 'on'], names, reading)
  }
}

function checkName(on: unknown, path: Path, names: readonly string[], reading: Reading): void {
  if (Array.isArray(on)) for (const [index, one] of on.entries()) checkName(one, [...path, index], names, reading)
  if (typeof on !== 'string' || on.includes('$(')) return
  if (names.includes(on.replace(/\.\d+$/, ''))) return
  const there =
    names.length === 0
      ? '; the file has no targets'
      : `; there are ${names.filter(one => !one.includes('.')).join(', ')}`
  const message = `no endpoint is called "${on}"${didYouMean(on, names) || there}`
  complain(reading, 'ASSAY_CASE_NO_ENDPOINT', message, { at: path })
}
