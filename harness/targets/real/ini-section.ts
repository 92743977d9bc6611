import { readFile, rm, writeFile } from 'node:fs/promises'
import { Secret } from '../../log/secret.ts'

export type SectionValues = Readonly<Record<string, string | number | Secret>>

/** Puts a section into an INI file, in place of the one of that name, and leaves the rest. The file is readable by its owner only: it holds passwords. */
export async function writeSection(file: string, name: string, values: SectionValues): Promise<void> {
  const lines = Object.entries(values).map(
    ([key, value]) => `${key} = ${value instanceof Secret ? value.reveal() : value}`,
  )
  const rest = without(await readOr(file), name).trimEnd()
  await save(file, `${rest === '' ? '' : `${rest}\n\n`}[${name}]\n${lines.join('\n')}\n`)
}

/** Takes the section out again, and the file away when nothing is left in it. */
export async function removeSection(file: string, name: string): Promise<void> {
  const rest = without(await readOr(file), name).trim()
  if (rest === '') await rm(file, { force: true })
  else await save(file, `${rest}\n`)
}

function without(text: string, name: string): string {
  const lines = text.split('\n')
  const start = lines.findIndex(line => line.trim() === `[${name}]`)
  if (start < 0) return text
  const after = lines.findIndex((line, index) => index > start && line.trim().startsWith('['))
  return [...lines.slice(0, start), ...(after < 0 ? [] : lines.slice(after))].join('\n')
}

async function save(file: string, text: string): Promise<void> {
  // A mode given to writeFile holds for a new file only, so an old one is replaced.
  await rm(file, { force: true })
  await writeFile(file, text, { mode: 0o600, flag: 'wx' })
}

async function readOr(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
