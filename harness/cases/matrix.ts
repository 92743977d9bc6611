import type { Path } from './case-text.ts'
import { cellLabel, expandMatrix } from './expand.ts'
import { isPlainObject } from './interpolate.ts'
import type { Cell } from './model.ts'
import { complain, maps, type Reading } from './reading.ts'
import { checkNames } from './reserved.ts'
import { didYouMean } from './suggest.ts'

export type Matrix = { readonly names: readonly string[]; readonly cells: readonly Cell[] }

/** The cells of a case's `matrix`, less its `without`; one empty cell where there is no matrix. */
export function parseMatrix(raw: Readonly<Record<string, unknown>>, path: Path, reading: Reading): Matrix {
  if (raw.matrix === undefined) return { names: [], cells: [{}] }
  const at = [...path, 'matrix']
  const { without: inside, ...axes } = isPlainObject(raw.matrix) ? raw.matrix : {}
  const names = Object.keys(axes)
  checkNames(names, at, reading)
  const without = [...exclusions(inside, [...at, 'without'], names, reading)]
  without.push(...exclusions(raw.without, [...path, 'without'], names, reading))
  const cells = expandMatrix(listsOf(axes, at, reading), without)
  if (names.length === 0 || cells.length === 0) {
    const message = 'the matrix expands to nothing, so the case would never run'
    complain(reading, 'ASSAY_CASE_MATRIX_EMPTY', message, { at, key: true })
  }
  const labels = cells.map(cellLabel)
  const twice = labels.find((label, index) => labels.indexOf(label) !== index)
  if (twice !== undefined) {
    complain(reading, 'ASSAY_CASE_DUPLICATE_ID', `two cells of the matrix are both called "${twice}"`, {
      at,
      key: true,
      hint: 'A map among the values is called by its `name` or `id`: give each its own.',
    })
  }
  return { names, cells }
}

function listsOf(
  axes: Readonly<Record<string, unknown>>,
  at: Path,
  reading: Reading,
): Record<string, readonly unknown[]> {
  const lists: Record<string, readonly unknown[]> = {}
  for (const [name, values] of Object.entries(axes)) {
    if (Array.isArray(values)) lists[name] = values
    else complain(reading, 'ASSAY_CASE_TYPE', `the matrix values of "${name}" must be a list`, { at: [...at, name] })
  }
  return lists
}

function exclusions(value: unknown, at: Path, names: readonly string[], reading: Reading): Cell[] {
  return maps(value).map(({ index, map }) => {
    for (const name of Object.keys(map)) {
      if (names.includes(name)) continue
      const message = `"without" names "${name}", which the matrix does not have${didYouMean(name, names)}`
      complain(reading, 'ASSAY_CASE_UNKNOWN_KEY', message, { at: [...at, index, name], key: true })
    }
    return map
  })
}
