import { secret } from '../../log/secret.ts'
import { sslModeOf, type TlsOptions, tlsOf, tlsOptions } from '../../sql/tls.ts'
import type { Endpoint } from '../../targets/target.ts'
import { DataxError } from '../errors.ts'
import type { JdbcUrl } from './jdbc-url.ts'

/** `sslMode` of MySQL Connector/J 8. */
const MYSQL_MODES: Readonly<Record<string, string>> = {
  ...{ DISABLED: 'disable', PREFERRED: 'prefer', REQUIRED: 'require' },
  ...{ VERIFY_CA: 'verify-ca', VERIFY_IDENTITY: 'verify-full' },
}

/** How the parameters of a JDBC URL want to encrypt. Throws DBUtilErrorCode-10 for a mode or a file that is none. */
export function tlsOfJdbc(parameters: JdbcUrl['options']): TlsOptions | undefined {
  try {
    return tlsOptions(modeOf(parameters), parameters.sslrootcert)
  } catch (cause) {
    throw new DataxError('DBUtilErrorCode-10', `jdbcUrl: ${(cause as Error).message}`, { cause })
  }
}

/** The server that a URL names. */
export function jdbcEndpoint(
  { dialect, host, port, database, options }: JdbcUrl,
  { user, password, name }: { readonly user: string; readonly password: string; readonly name: string },
): Endpoint {
  const ssl = tlsOfJdbc(options)
  return {
    ...{ role: name, name, protocol: dialect, host, port, database, user, password: secret(password) },
    ...(ssl ? { options: { ssl } } : {}),
  }
}

/** By the names of both drivers. Both have a default that goes on in plain text where there is no TLS; here that is plain text. */
function modeOf({ sslmode, sslMode, ssl, useSSL, verifyServerCertificate }: JdbcUrl['options']): string {
  const mode = sslmode ?? MYSQL_MODES[sslMode?.toUpperCase() ?? '']
  if (mode !== undefined) return mode === 'prefer' || mode === 'allow' ? 'disable' : mode
  if (ssl === 'true') return 'verify-full'
  if (useSSL === 'true') return verifyServerCertificate === 'true' ? 'verify-ca' : 'require'
  return 'disable'
}

/** The parameters that make a driver encrypt as the endpoint does. DataX brings MySQL Connector/J 5.1, which knows no `sslMode`. */
export function jdbcTls(
  dialect: JdbcUrl['dialect'],
  endpoint: Pick<Endpoint, 'options'>,
): Readonly<Record<string, string>> {
  const tls = tlsOf(endpoint)
  if (!tls) return {}
  const mode = sslModeOf(tls)
  return {
    ...(dialect === 'postgres'
      ? { sslmode: mode }
      : { sslMode: MYSQL_NAMES[mode] as string, useSSL: 'true', verifyServerCertificate: `${tls.rejectUnauthorized}` }),
    ...(tls.rootFile === undefined ? {} : { sslrootcert: tls.rootFile }),
  }
}

const MYSQL_NAMES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(MYSQL_MODES).map(([name, mode]) => [mode, name]),
)
