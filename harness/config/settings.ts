import { z } from 'zod'
import { didYouMean } from '../cases/suggest.ts'
import { AssayError, type Place } from '../errors.ts'
import { isSecretName } from '../log/secret.ts'
import { type IniFile, readIni } from './ini-file.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** A schema of sections, each a schema of keys: `z.strictObject({ server: z.strictObject({ port: port() }) })`. */
export type SettingsSchema = z.ZodObject

/**
 * Reads a settings file. Values may hold `${env:NAME}`. Every error names file, line, section and key, never a secret value:
 * ASSAY_CONFIG_UNREADABLE, _SYNTAX, _MISSING_KEY, _VALUE, _UNKNOWN_KEY, _ENV.
 */
export function readSettings<Schema extends SettingsSchema>(
  file: string,
  schema: Schema,
  environment: Environment = process.env,
): z.output<Schema> {
  return checkSettings(readIni(file), schema, environment)
}

export function checkSettings<Schema extends SettingsSchema>(
  ini: IniFile,
  schema: Schema,
  environment: Environment = process.env,
): z.output<Schema> {
  const raw: Record<string, Record<string, string>> = {}
  for (const [name, section] of ini.sections) {
    raw[name] = {}
    for (const [key, entry] of section.entries) {
      raw[name][key] = substitute(entry.value, environment, missing => {
        const where = { file: ini.file, line: entry.line }
        return new AssayError('ASSAY_CONFIG_ENV', `[${name}] ${key}: environment variable ${missing} is not set`, {
          where,
        })
      })
    }
  }
  const checked = schema.safeParse(raw)
  if (checked.success) return checked.data
  throw toError(ini, schema, raw, checked.error)
}

function substitute(value: string, environment: Environment, missing: (name: string) => AssayError): string {
  return value.replaceAll(/\$\{env:([^}]*)\}/g, (_all, name: string) => {
    const found = environment[name]
    if (found === undefined) throw missing(name)
    return found
  })
}

/** The first thing wrong, in the order of the file, as an AssayError. */
function toError(
  ini: IniFile,
  schema: SettingsSchema,
  raw: Record<string, Record<string, string>>,
  error: z.ZodError,
): AssayError {
  const errors = error.issues.map(issue => {
    const [section, key] = issue.path.map(String)
    if (issue.code === 'unrecognized_keys') return unknownKey(ini, schema, section, issue.keys[0] ?? '')
    const where = place(ini, section, key)
    if (section === undefined) return new AssayError('ASSAY_CONFIG_VALUE', issue.message, { where })
    if (raw[section] === undefined) {
      return new AssayError('ASSAY_CONFIG_MISSING_KEY', `section [${section}] is missing`, { where })
    }
    if (key === undefined) return new AssayError('ASSAY_CONFIG_VALUE', `[${section}] ${issue.message}`, { where })
    const value = raw[section][key]
    if (value === undefined) {
      const near = didYouMean(key, Object.keys(raw[section]))
      return new AssayError('ASSAY_CONFIG_MISSING_KEY', `[${section}] has no key "${key}"${near}`, { where })
    }
    const shown = isSecretName(key) ? '' : ` ${JSON.stringify(value)}`
    return new AssayError('ASSAY_CONFIG_VALUE', `[${section}] ${key}${shown} ${issue.message}`, { where })
  })
  const inOrder = errors.toSorted((a, b) => (a.where?.line ?? 0) - (b.where?.line ?? 0))
  return inOrder[0] ?? new AssayError('ASSAY_CONFIG_VALUE', error.message, { where: { file: ini.file } })
}

function unknownKey(ini: IniFile, schema: SettingsSchema, section: string | undefined, key: string): AssayError {
  if (section === undefined) {
    const near = didYouMean(key, Object.keys(schema.shape))
    return new AssayError('ASSAY_CONFIG_UNKNOWN_KEY', `unknown section [${key}]${near}`, { where: place(ini, key) })
  }
  const near = didYouMean(key, keysOf(schema.shape[section]))
  const message = `[${section}] has an unknown key "${key}"${near}`
  return new AssayError('ASSAY_CONFIG_UNKNOWN_KEY', message, { where: place(ini, section, key) })
}

function keysOf(section: unknown): readonly string[] {
  if (section instanceof z.ZodOptional || section instanceof z.ZodDefault || section instanceof z.ZodPipe) {
    return keysOf(section instanceof z.ZodPipe ? section.in : section.def.innerType)
  }
  return section instanceof z.ZodObject ? Object.keys(section.shape) : []
}

/** The line of the key, else of its section; none where the file has neither. */
function place(ini: IniFile, section?: string, key?: string): Place {
  const found = section === undefined ? undefined : ini.sections.get(section)
  const line = (key === undefined ? undefined : found?.entries.get(key)?.line) ?? found?.line
  return line === undefined ? { file: ini.file } : { file: ini.file, line }
}
