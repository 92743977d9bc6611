import { expect, test } from 'vitest'
import { endpointFromUrl } from './endpoint-url.ts'

const of = (query: string) => endpointFromUrl(`postgres://app@db.example/qms${query}`, 'left', 'secret').options

test.each([
  ['', undefined],
  ['?sslmode=disable', undefined],
  ['?ssl=false', undefined],
  ['?sslmode=require', { ssl: { rejectUnauthorized: false, verifyIdentity: false } }],
  ['?sslmode=verify-ca', { ssl: { rejectUnauthorized: true, verifyIdentity: false } }],
  ['?sslmode=verify-full', { ssl: { rejectUnauthorized: true, verifyIdentity: true } }],
  ['?ssl=true', { ssl: { rejectUnauthorized: true, verifyIdentity: true } }],
])('"%s" says how to encrypt', (query, options) => {
  expect(of(query)).toEqual(options)
})

test.each([
  ['?sslmode=prefer', 'sslmode is one of disable, require, verify-ca, verify-full, and not "prefer"'],
  ['?sslmod=require', 'left: the URL has a parameter "sslmod", which is not known'],
  [
    '?sslmode=verify-ca&sslrootcert=/nowhere/ca.pem',
    "sslrootcert: ENOENT: no such file or directory, open '/nowhere/ca.pem'",
  ],
  [`?sslmode=verify-ca&sslrootcert=${import.meta.filename}`, 'holds no certificate in PEM'],
])('"%s" is refused, since it may have been meant to encrypt', (query, message) => {
  expect(() => of(query)).toThrow(message)
})
