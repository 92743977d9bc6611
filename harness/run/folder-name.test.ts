import { expect, test } from 'vitest'
import { evidenceName, schemaName } from './folder-name.ts'

test('a readable folder for each case, and no two cells share one', () => {
  expect(evidenceName('embedded/KL-HA-001')).toBe('embedded/KL-HA-001')
  expect(evidenceName('embedded/KL-HA-001[signal=SIGKILL, mode=full]')).toBe(
    'embedded/KL-HA-001_signal_SIGKILL_mode_full',
  )
  const names = ['integer', 'integer[]', 'numeric(3,1)', 'numeric(3.1)', '整数', '../x', 'a/b'].map(type =>
    evidenceName(`real/T-1[type=${type}]`),
  )
  expect(new Set(names).size).toBe(names.length)
  for (const name of names) expect(name).toMatch(/^real\/T-1_type_[\p{L}\p{N}._-]+$/u)
})

test('a name that every database takes for a schema', () => {
  expect(schemaName('embedded/KL-HA-001[signal=SIGKILL]')).toBe('kl_ha_001_signal_sigkill')
  const names = ['a', 'a[]', 'a()', 'x'.repeat(80), `${'x'.repeat(80)}y`].map(type =>
    schemaName(`embedded/T[t=${type}]`),
  )
  expect(new Set(names).size).toBe(names.length)
  for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9_]{0,57}$/)
})
