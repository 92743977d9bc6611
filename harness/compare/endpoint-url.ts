import { AssayError } from '../errors.ts'
import { secret } from '../log/secret.ts'
import { tlsFrom } from '../sql/tls.ts'
import type { Endpoint } from '../targets/target.ts'

const PROTOCOLS: Readonly<Record<string, { readonly protocol: string; readonly port: number }>> = {
  'postgres:': { protocol: 'postgres', port: 5432 },
  'postgresql:': { protocol: 'postgres', port: 5432 },
  'mysql:': { protocol: 'mysql', port: 3306 },
  'mariadb:': { protocol: 'mysql', port: 3306 },
}

/**
 * An endpoint from `postgres://user@host:port/database` or `mysql://…`. The password is taken from `password` (an environment variable of
 * the caller's), since one in the URL would stand in the list of processes; one that stands there all the same is used.
 */
export function endpointFromUrl(text: string, name: string, password: string | undefined): Endpoint {
  let url: URL
  try {
    url = new URL(text)
  } catch (cause) {
    throw new AssayError('ASSAY_USAGE', `${name}: ${JSON.stringify(masked(text))} is not a URL`, {
      cause,
      hint: 'Write it like postgres://user@host:5432/database or mysql://user@host:3306/database.',
    })
  }
  const known = PROTOCOLS[url.protocol]
  if (!known) throw new AssayError('ASSAY_USAGE', `${name}: ${url.protocol}// is not postgres:// or mysql://`)
  if (url.hostname === '') throw new AssayError('ASSAY_USAGE', `${name}: the URL names no host`)
  const database = decodeURIComponent(url.pathname.slice(1))
  return {
    role: name,
    name,
    protocol: known.protocol,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? known.port : Number(url.port),
    user: decodeURIComponent(url.username) || (known.protocol === 'postgres' ? 'postgres' : 'root'),
    password: secret(url.password === '' ? (password ?? '') : decodeURIComponent(url.password)),
    ...(database === '' ? {} : { database }),
    ...tlsIn(url, name),
  }
}

/** The parameters of libpq's URLs that say how to encrypt. Others are refused: one that is passed over in silence may be the one that matters. */
function tlsIn(url: URL, name: string): Pick<Endpoint, 'options'> {
  const {
    ssl,
    sslmode = ssl === 'true' ? 'verify-full' : 'disable',
    sslrootcert,
    ...rest
  } = Object.fromEntries(url.searchParams)
  const unknown = Object.keys(rest)[0]
  if (unknown !== undefined)
    throw new AssayError('ASSAY_USAGE', `${name}: the URL has a parameter "${unknown}", which is not known`, {
      hint: 'There are sslmode (disable, require, verify-ca, verify-full), sslrootcert (a file), and ssl=true for verify-full.',
    })
  return tlsFrom(sslmode, sslrootcert)
}

function masked(text: string): string {
  return text.replace(/:[^:@/]*@/, ':***@')
}
