import { mariadbReplication } from './fixtures/mariadb/target.ts'
import { postgresPair } from './fixtures/postgres/target.ts'
import { chromium } from './fixtures/servers/software/chromium.ts'
import { mariadb } from './fixtures/servers/software/mariadb.ts'
import { postgresql } from './fixtures/servers/software/postgresql.ts'
import { builtin } from './harness/actions/builtin.ts'
import { defineAssay } from './harness/assay.ts'

export default defineAssay({
  systems: [builtin],
  targets: [postgresPair, mariadbReplication],
  software: [postgresql, mariadb, chromium],
  tags: {},
  owners: {},
})
