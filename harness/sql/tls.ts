import { readFileSync } from 'node:fs'
import { AssayError } from '../errors.ts'
import type { Endpoint } from '../targets/target.ts'

/** As libpq has them (PostgreSQL documentation, "SSL Support"), without those that go on in plain text where the server has no TLS. */
export const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const
export type SslMode = (typeof SSL_MODES)[number]

/** `ssl` of an endpoint's options: data, so that it can be passed between processes. True is `verify-full`. */
export type TlsOptions = {
  /** Whether the certificate must come from an authority that is known. */
  readonly rejectUnauthorized: boolean
  /** Whether it must be that of the host. Default true. */
  readonly verifyIdentity?: boolean
  /** PEM of the authorities; without it those that Node knows (NODE_EXTRA_CA_CERTS adds to them). */
  readonly ca?: string
  /** The file that they came from, for programs that want a name. */
  readonly rootFile?: string
}

/**
 * The options for a mode and a file of authorities; undefined for no TLS. As with libpq `require` looks at the certificate where a file is
 * given. Throws ASSAY_USAGE for a mode or a file that is none.
 */
export function tlsOptions(mode: string, rootFile?: string): TlsOptions | undefined {
  if (!(SSL_MODES as readonly string[]).includes(mode))
    throw new AssayError('ASSAY_USAGE', `sslmode is one of ${SSL_MODES.join(', ')}, and not "${mode}"`, {
      hint: 'allow and prefer would send everything in plain text to a server that has no TLS.',
    })
  if (mode === 'disable') return undefined
  return {
    rejectUnauthorized: mode !== 'require' || rootFile !== undefined,
    verifyIdentity: mode === 'verify-full',
    ...(rootFile === undefined ? {} : { ca: readAuthorities(rootFile), rootFile }),
  }
}

/** The same as a part of an endpoint. */
export function tlsFrom(mode: string, rootFile?: string): Pick<Endpoint, 'options'> {
  const ssl = tlsOptions(mode, rootFile)
  return ssl ? { options: { ssl } } : {}
}

function readAuthorities(file: string): string {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new AssayError('ASSAY_USAGE', `sslrootcert: ${(cause as Error).message}`, { cause })
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text
  throw new AssayError('ASSAY_USAGE', `sslrootcert: ${file} holds no certificate in PEM`)
}

/** The mode of such options. */
export function sslModeOf({ rejectUnauthorized, verifyIdentity = true }: TlsOptions): SslMode {
  return !rejectUnauthorized ? 'require' : verifyIdentity ? 'verify-full' : 'verify-ca'
}

/** What the drivers want to know; undefined for a connection without TLS. */
export function tlsOf({ options }: Pick<Endpoint, 'options'>): TlsOptions | undefined {
  if (!options?.ssl) return undefined
  return options.ssl === true ? { rejectUnauthorized: true } : (options.ssl as TlsOptions)
}
