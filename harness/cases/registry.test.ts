import { expect, test } from 'vitest'
import { defineAssay } from '../assay.ts'
import { registryOf } from './registry.ts'
import { sampleActions } from './sample/actions.ts'
import { caseJsonSchema } from './schema.ts'
import { testRegistry } from './testing.ts'

test('an action of two systems is refused', () => {
  const system = (name: string) => ({ name, about: name, actions: sampleActions.slice(0, 1) })
  const assay = defineAssay({ systems: [system('a'), system('b')], targets: [], tags: {}, owners: {} })
  expect(() => registryOf(assay)).toThrow(
    '"klustron.create_cluster" is registered twice, the second time by the system "b"',
  )
})

test('the schema for editors knows every action as a key of a step, and what stands beside it', () => {
  const text = JSON.stringify(caseJsonSchema(testRegistry()))
  expect(text).toContain('"demo.move"')
  expect(text).toContain('"eventually"')
  expect(text).toContain('"patternProperties":{"^[a-z][a-z0-9_]*')
  expect(text).toContain('"$schema":"http://json-schema.org/draft-07/schema#"')
})
