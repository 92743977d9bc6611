import { postgresPair } from './fixtures/postgres/target.ts'
import { defineAssay } from './harness/assay.ts'

export default defineAssay({
  systems: [],
  targets: [postgresPair],
  tags: {},
  owners: {},
})
