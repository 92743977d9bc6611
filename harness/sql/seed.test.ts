import { expect, test } from 'vitest'
import type { Endpoint } from '../targets/target.ts'
import { leaseForTest } from '../targets/testing.ts'
import { type ConnectArguments, My, Pg } from './seed.ts'

test.each([
  ['postgres.pair', 'source', Pg],
  ['mariadb.replication', 'primary', My],
] as const)('the seed connection on %s', async (target, role, Connection) => {
  await using lease = await leaseForTest(target)
  const { host, port, user, password, database } = lease.endpoints[role] as Endpoint
  const parts: ConnectArguments = [host, port, user, password.reveal(), database]
  await using connection = new Connection(...parts)
  await connection.ddlSql("create table s (id int, name varchar(9)); insert into s values (1, 'a'), (2, null)")
  expect(await connection.sqlWithResult('select * from s order by id')).toEqual([
    [1, 'a'],
    [2, null],
  ])
  expect(await connection.sqlWithResult('select 1; select count(*) from s')).toEqual([[2]])
  expect(await connection.sqlWithResult('update s set id = id')).toEqual([])
  await expect(connection.ddlSql('drop table nope')).rejects.toMatchObject({ class: 'undefined_table' })
  await connection.colse()
  await connection.close()

  const wrong = new Connection(host, port, user, 'wrong', database)
  await expect(wrong.sqlWithResult('select 1')).rejects.toMatchObject({ code: 'ASSAY_AUTH' })
  await wrong.close()
})
