import { isPlainObject } from './interpolate.ts'
import type { Cell } from './model.ts'

/** Every combination of a matrix's values, in the order they are written, less those that a `without` entry names. */
export function expandMatrix(matrix: Readonly<Record<string, readonly unknown[]>>, without: readonly Cell[]): Cell[] {
  const cells = Object.entries(matrix).reduce<Cell[]>(
    (done, [name, values]) => done.flatMap(cell => values.map(value => ({ ...cell, [name]: value }))),
    [{}],
  )
  return cells.filter(
    cell =>
      !without.some(
        out =>
          Object.keys(out).length > 0 && Object.entries(out).every(([name, value]) => sameValue(cell[name], value)),
      ),
  )
}

/** `signal=SIGKILL, mode=full`. A map is named by its `name` or `id`. */
export function cellLabel(cell: Cell): string {
  return Object.entries(cell)
    .map(([name, value]) => `${name}=${valueLabel(value)}`)
    .join(', ')
}

function valueLabel(value: unknown): string {
  if (isPlainObject(value)) {
    const name = value.name ?? value.id
    return name === undefined ? JSON.stringify(value) : String(name)
  }
  return Array.isArray(value) ? JSON.stringify(value) : String(value)
}

function sameValue(value: unknown, out: unknown): boolean {
  return (
    JSON.stringify(value) === JSON.stringify(out) ||
    (isPlainObject(value) && !isPlainObject(out) && valueLabel(value) === String(out))
  )
}
