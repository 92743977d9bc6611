import { AssayError } from '../../errors.ts'

const PASSWORDS =
  'Give the password of each URL as ASSAY_SOURCE_PASSWORD, ASSAY_DESTINATION_PASSWORD, ASSAY_CONTROL_PASSWORD, ASSAY_WINDOWS_PASSWORD, ASSAY_ALARMS_PASSWORD.'

/** Where this command takes its passwords from, in place of the hint for endpoints that are configured. */
export function withPasswords(error: unknown): unknown {
  if (!(error instanceof AssayError) || error.code !== 'ASSAY_AUTH') return error
  const message = error.message.replace(/SASL: .*non-empty string$/, 'it asks for a password, and none was given')
  return new AssayError('ASSAY_AUTH', message, { cause: error, hint: PASSWORDS })
}
