import { expect, test } from 'vitest'
import { tlsOptions } from '../../sql/tls.ts'
import { jdbcTls, tlsOfJdbc } from './jdbc-tls.ts'

test.each([
  [{}, undefined],
  [{ useSSL: 'false' }, undefined],
  [{ sslMode: 'PREFERRED' }, undefined],
  [{ sslmode: 'prefer' }, undefined],
  [{ useSSL: 'true' }, 'require'],
  [{ useSSL: 'true', verifyServerCertificate: 'true' }, 'verify-ca'],
  [{ sslMode: 'required' }, 'require'],
  [{ sslMode: 'VERIFY_IDENTITY' }, 'verify-full'],
  [{ sslmode: 'verify-ca' }, 'verify-ca'],
  [{ ssl: 'true' }, 'verify-full'],
])('the parameters %j', (parameters, mode) => {
  expect(tlsOfJdbc(parameters)).toEqual(mode === undefined ? undefined : tlsOptions(mode))
})

test('a mode that is none is an error of the job', () => {
  expect(() => tlsOfJdbc({ sslmode: 'requre' })).toThrow('jdbcUrl: sslmode is one of')
})

test.each(['require', 'verify-ca', 'verify-full'])(
  'an endpoint with %s makes a URL that both engines read so',
  mode => {
    const options = { ssl: tlsOptions(mode) }
    for (const dialect of ['postgres', 'mysql'] as const)
      expect(tlsOfJdbc(jdbcTls(dialect, { options }))).toEqual(options.ssl)
    // Connector/J 5.1
    expect(jdbcTls('mysql', { options })).toMatchObject({
      useSSL: 'true',
      verifyServerCertificate: `${mode !== 'require'}`,
    })
  },
)
