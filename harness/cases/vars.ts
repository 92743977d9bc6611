import { interpolate, references, type Scope } from './interpolate.ts'

/** Fills in `vars` in the order they are written: each may refer to those before it. */
export function resolveVars(vars: Readonly<Record<string, unknown>>, scope: Scope): Scope {
  let known = scope
  for (const [name, value] of Object.entries(vars)) known = { ...known, [name]: interpolate(value, known) }
  return known
}

/** As `resolveVars`, leaving out what is only known in a run. For names of tests. */
export function resolveStaticVars(vars: Readonly<Record<string, unknown>>, scope: Scope): Scope {
  let known = scope
  for (const [name, value] of Object.entries(vars)) {
    const here = known
    if (references(value).every(path => (path.split('.')[0] ?? '') in here))
      known = { ...known, [name]: interpolate(value, known) }
  }
  return known
}
