import { cellLabel } from './expand.ts'
import { interpolateText, type Scope } from './interpolate.ts'
import type { CaseDefinition, CaseFile, ExpandedCase } from './model.ts'
import { resolveStaticVars } from './vars.ts'

/** The tests of a case: one for each cell of its matrix. */
export function expandCase(definition: CaseDefinition, fileVars: CaseFile['vars']): ExpandedCase[] {
  return definition.cells.map(cell => {
    const label = cellLabel(cell)
    const common: Scope = { ...cell, case: { id: definition.id } }
    const scope = resolveStaticVars({ ...fileVars, ...definition.vars }, common)
    const name = interpolateText(definition.name, { ...scope, ...cell }).text
    return { definition, key: label === '' ? definition.id : `${definition.id}[${label}]`, label, cell, name }
  })
}
