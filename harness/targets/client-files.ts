import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Endpoint, Endpoints } from './target.ts'

/** Endpoints of all roles, in order. */
export function endpointList(endpoints: Endpoints): readonly Endpoint[] {
  return Object.values(endpoints).flat() as readonly Endpoint[]
}

/**
 * Writes what psql, mariadb and curl read passwords from (`pgpass`, `my.cnf`, `<name>.curl`), for the owner only, and returns the command that
 * connects to each endpoint. So a password is neither on a command line, where every user of the machine sees it, nor on
 * the terminal.
 */
export async function writeClientFiles(folder: string, endpoints: Endpoints): Promise<ReadonlyMap<Endpoint, string>> {
  await mkdir(folder, { recursive: true })
  await chmod(folder, 0o700)
  const all = endpointList(endpoints)
  const [pgpass, cnf] = [join(folder, 'pgpass'), join(folder, 'my.cnf')]
  const passwords = all
    .filter(one => one.protocol === 'postgres')
    .map(({ host, port, user, password }) => [host, port, '*', user, password.reveal()].map(escaped).join(':'))
  const groups = all
    .filter(one => one.protocol === 'mysql')
    .map(
      ({ name, host, port, user, password }) =>
        `[client-${name}]\nhost = ${host}\nport = ${port}\nuser = ${user}\npassword = "${password.reveal()}"\n`,
    )
  for (const one of all.filter(isBearer)) {
    await writeFile(tokenFile(folder, one), one.password.reveal(), { mode: 0o600 })
    await writeFile(join(folder, `${one.name}.curl`), `oauth2-bearer = "${one.password.reveal()}"\n`, { mode: 0o600 })
  }
  if (passwords.length > 0) await writeFile(pgpass, `${passwords.join('\n')}\n`, { mode: 0o600 })
  if (groups.length > 0) await writeFile(cnf, groups.join('\n'), { mode: 0o600 })
  return new Map(
    all.map(one => {
      const { protocol, host, port, user, database = '', name } = one
      if (protocol === 'postgres')
        return [one, `PGPASSFILE=${pgpass} psql -h ${host} -p ${port} -U ${user} ${database}`]
      if (protocol === 'mysql')
        return [one, `mariadb --defaults-file=${cnf} --defaults-group-suffix=-${name} ${database}`]
      if (isBearer(one))
        return [one, `curl -sK ${join(folder, `${name}.curl`)} ${protocol}://${host}:${port}${one.options?.curl}`]
      return [one, `${protocol}://${host}:${port}`]
    }),
  )
}

/** An HTTP endpoint whose password is a bearer token; its option `curl` is a path that shows something. */
function isBearer({ protocol, options }: Endpoint): boolean {
  return protocol === 'http' && typeof options?.curl === 'string'
}

/** Where `writeClientFiles` puts the token of such an endpoint. */
export function tokenFile(folder: string, { name }: Endpoint): string {
  return join(folder, `${name}.token`)
}

/** A field of a pgpass file. */
function escaped(field: string | number): string {
  return field === '*' ? field : `${field}`.replaceAll(/[\\:]/g, found => `\\${found}`)
}
