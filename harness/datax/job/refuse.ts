import { DataxError } from '../errors.ts'
import type { Mode } from '../record/convert.ts'
import { checkTree } from './check.ts'
import type { JsonNode } from './json.ts'

/**
 * Strict: throws the first error of `datax check`, under the code with which DataX would fail on it (Framework-03 where it would not
 * fail). Compat: only says it, and lets the engine fail where DataX does.
 */
export function refuseFindings(
  text: string,
  root: JsonNode,
  {
    mode,
    warn,
    params,
  }: { readonly mode: Mode; readonly params: Readonly<Record<string, string>>; readonly warn: (line: string) => void },
): void {
  const findings = checkTree(text, root, params)
  for (const { severity, code, message, line, column } of findings)
    if (mode === 'compat' || severity === 'warning') warn(`${code} ${line}:${column} ${message}`)
  if (mode === 'compat') return
  const errors = findings.filter(finding => finding.severity === 'error')
  // a setting in the wrong place is why there is no speed
  const first = errors.find(finding => finding.code === 'DATAX_SETTING_PLACE') ?? errors[0]
  if (!first) return
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
  throw new DataxError(
    first.dataxCode ?? 'Framework-03',
    `${first.code} ${first.line}:${first.column} ${first.message}${more}`,
    {
      hint: first.hint ?? '`assay datax check` lists all.',
    },
  )
}
