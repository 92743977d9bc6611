import { postgresDialect } from '../sql/dialect.ts'
import type { SqlSession } from '../sql/session.ts'
import type { End } from './ends.ts'

/** For fewer rows, building an index afterwards gains nothing. */
export const WORTH_IT = 10_000

/** An index that can be dropped and made again exactly as it was. */
type Rebuildable = { readonly drop: string; readonly create: string }

/**
 * Drops the indexes of an empty table, inside the load's transaction, and returns what builds them again. Only those that SQL
 * makes again exactly: not where something hangs on one (a foreign key, a view, a comment, a tablespace, CLUSTER, a replica identity).
 */
export async function dropIndexes(end: End, signal?: AbortSignal): Promise<readonly string[]> {
  if (!end.plain || end.engine.flavor !== 'postgresql') return []
  const rebuildable = await readRebuildable(end.session, end.table, signal)
  for (const { drop } of rebuildable) await end.session.query(drop, { signal })
  return rebuildable.map(({ create }) => create)
}

async function readRebuildable(session: SqlSession, table: string, signal?: AbortSignal): Promise<Rebuildable[]> {
  const { values } = await session.query(
    `select format('%I.%I', n.nspname, i.relname), pg_get_indexdef(i.oid), format('%I', con.conname), pg_get_constraintdef(con.oid)
       from pg_index x
       join pg_class i on i.oid = x.indexrelid
       join pg_namespace n on n.oid = i.relnamespace
       join pg_class c on c.oid = x.indrelid
       left join pg_constraint con on con.conindid = i.oid and con.conrelid = c.oid and con.contype in ('p', 'u')
      where c.oid = ${postgresDialect.literal(table)}::regclass and pg_has_role(c.relowner, 'USAGE')
        and x.indisvalid and not x.indisclustered and not x.indisreplident and not x.indisexclusion
        and x.indexprs is null and i.reltablespace = 0 and not c.relispartition
        and obj_description(i.oid, 'pg_class') is null
        and (con.oid is null or obj_description(con.oid, 'pg_constraint') is null)
        and not exists (select 1 from pg_constraint f where f.conindid = i.oid and f.contype = 'f')
        and not exists (select 1 from pg_depend d where d.refobjid in (i.oid, con.oid)
              and d.objid not in (i.oid, coalesce(con.oid, 0)) and d.deptype in ('n', 'a'))
      order by con.contype nulls last, i.relname`,
    { signal },
  )
  return (values as unknown as readonly [string, string, string, string | null][]).map(
    ([index, definition, constraint, constraintDefinition]) =>
      constraintDefinition === null
        ? { drop: `drop index ${index}`, create: definition }
        : {
            drop: `alter table ${table} drop constraint ${constraint}`,
            create: `alter table ${table} add constraint ${constraint} ${constraintDefinition}`,
          },
  )
}
