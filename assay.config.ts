import { curveCluster } from './fixtures/curve/target.ts'
import { dataxHome } from './fixtures/datax/target.ts'
import { greenplumPair } from './fixtures/greenplum/target.ts'
import { klustronCommunity, klustron as klustronTarget } from './fixtures/klustron/target.ts'
import { mariadbReplication } from './fixtures/mariadb/target.ts'
import { openstore as openstoreTarget } from './fixtures/openstore/target.ts'
import { postgresPair } from './fixtures/postgres/target.ts'
import { chromium } from './fixtures/servers/software/chromium.ts'
import { fio } from './fixtures/servers/software/fio.ts'
import { libnbd } from './fixtures/servers/software/libnbd.ts'
import { mariadb } from './fixtures/servers/software/mariadb.ts'
import { mariadbDump } from './fixtures/servers/software/mariadb-dump.ts'
import { postgresql } from './fixtures/servers/software/postgresql.ts'
import { python3 } from './fixtures/servers/software/python.ts'
import { sshd } from './fixtures/servers/software/sshd.ts'
import { builtin } from './harness/actions/builtin.ts'
import { defineAssay } from './harness/assay.ts'
import { curve } from './harness/curve/index.ts'
import { datax } from './harness/datax/index.ts'
import { greenplum } from './harness/greenplum/index.ts'
import { klustron } from './harness/klustron/index.ts'
import { openstore } from './harness/openstore/index.ts'

export default defineAssay({
  systems: [builtin, curve, greenplum, openstore, klustron, datax],
  targets: [
    postgresPair,
    greenplumPair,
    mariadbReplication,
    curveCluster,
    openstoreTarget,
    klustronTarget,
    klustronCommunity,
    dataxHome,
  ],
  software: [postgresql, mariadb, chromium, python3, fio, mariadbDump, libnbd, sshd],
  tags: {
    openstore: 'Runs against an openstore service.',
    greenplum: 'Moves or compares tables between two Greenplum or PostgreSQL clusters.',
    curve: 'Runs against a Curve cluster.',
    nightly: 'Takes long; for the run of every night.',
    datax: 'Runs DataX jobs.',
    tour: 'The few cases that show most in a minute: what `npm start` runs.',
    postgres: 'Runs against PostgreSQL.',
    mariadb: 'Runs against MariaDB.',
    replication: 'About what a replica holds, and when.',
    types: 'Values keep their meaning, type by type.',
    errors: 'What a database refuses, and what it calls that.',
    transactions: 'Commit, rollback, isolation and locks.',
    klustron: 'Runs against Klustron.',
    compare: 'Shows what a comparison finds, and what it calls equal.',
    faults: 'Kills, pauses or stops a server; needs one for itself.',
  },
  owners: {
    openstore: 'Cases about openstore. Open an issue with the label `openstore`.',
    greenplum: 'Cases about transfers between clusters. Open an issue with the label `greenplum`.',
    curve: 'Cases about Curve volumes. Open an issue with the label `curve`.',
    datax: 'Cases about DataX jobs and the platform over them. Open an issue with the label `datax`.',
    sql: 'Cases about one database server. Open an issue with the label `sql`.',
    compare: 'Cases about comparing rows, schema and replicas. Open an issue with the label `compare`.',
    klustron: 'Cases about Klustron clusters. Open an issue with the label `klustron`.',
    replication: 'Cases about primaries and replicas. Open an issue with the label `replication`.',
  },
})
