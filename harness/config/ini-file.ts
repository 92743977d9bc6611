import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { AssayError } from '../errors.ts'

export type IniEntry = { readonly value: string; readonly line: number }
export type IniSection = { readonly line: number; readonly entries: ReadonlyMap<string, IniEntry> }
/** An INI file with the line of everything in it, for messages. */
export type IniFile = { readonly file: string; readonly sections: ReadonlyMap<string, IniSection> }

const SECTION = /^\[(.+)\]$/
const ENTRY = /^([^=:]+?)\s*[=:]\s*(.*)$/

/**
 * Reads INI as Python's configparser does, which the original's files were written for: a comment is a line of its own, so
 * that `#` and `;` may stand in a password; a section or key that comes twice is an error. A value in double quotes keeps
 * its outer spaces. The `ini` package is not used here: it gives no lines, cuts values at `#`, and turns texts into booleans.
 */
export function parseIni(text: string, file: string): IniFile {
  const sections = new Map<string, { line: number; entries: Map<string, IniEntry> }>()
  let current: { name: string; entries: Map<string, IniEntry> } | undefined
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  for (const [index, raw] of lines.entries()) {
    const line = index + 1
    const fail = (message: string): never => {
      throw new AssayError('ASSAY_CONFIG_SYNTAX', message, { where: { file, line } })
    }
    const trimmed = raw.trim()
    if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith(';')) continue
    const name = SECTION.exec(trimmed)?.[1]?.trim()
    if (name !== undefined) {
      const before = sections.get(name)
      if (before) fail(`section [${name}] comes twice; it began in line ${before.line}`)
      current = { name, entries: new Map() }
      sections.set(name, { line, entries: current.entries })
      continue
    }
    const entry = ENTRY.exec(trimmed)
    if (!entry) return fail(`${JSON.stringify(firstWord(trimmed))} is neither [section] nor key = value`)
    const key = entry[1] ?? ''
    if (!current) return fail(`"${key}" stands before the first [section]`)
    const before = current.entries.get(key)
    if (before) fail(`"${key}" comes twice in [${current.name}]; first in line ${before.line}`)
    current.entries.set(key, { value: unquoted(entry[2] ?? ''), line })
  }
  return { file, sections }
}

/** The rest of the line may be a password that lost its `=`. */
const firstWord = (line: string): string => line.replace(/(?<=\S)\s.*$/s, ' …')

function unquoted(value: string): string {
  return value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value
}

/** Reads a file; its path in messages is as given, resolved against the working directory for reading. */
export function readIni(file: string): IniFile {
  let text: string
  try {
    text = readFileSync(resolve(file), 'utf8')
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw new AssayError('ASSAY_CONFIG_UNREADABLE', `${file} ${missing ? 'does not exist' : 'cannot be read'}`, {
      where: { file },
      cause: error,
    })
  }
  return parseIni(text, file)
}
