import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname, relative, resolve, sep } from 'node:path'
import { CaseFileError, loadCaseFile } from '../cases/load.ts'
import type { CaseFile } from '../cases/model.ts'
import type { CaseRegistry } from '../cases/registry.ts'
import { caseJsonSchema } from '../cases/schema.ts'
import { AssayError } from '../errors.ts'
import { codeFingerprint } from './code-fingerprint.ts'

/** Loads case files of one project, and knows which ids are taken. */
export class CaseFiles {
  readonly root: string
  readonly registry: CaseRegistry
  readonly #list: () => readonly string[]
  #owners: ReadonlyMap<string, string> | undefined
  #fingerprint: string | undefined

  /** `list` gives the absolute paths of all case files of the project. */
  constructor(root: string, registry: CaseRegistry, list: () => readonly string[]) {
    this.root = root
    this.registry = registry
    this.#list = list
  }

  /** Throws CaseFileError. `text` is given where the caller has read the file already. */
  load(path: string, text = readFileSync(path, 'utf8')): CaseFile {
    const file = loadCaseFile({
      file: this.name(path),
      text,
      registry: this.registry,
      read: use => {
        const full = resolve(dirname(path), use)
        if (relative(this.root, full).startsWith('..')) throw new Error('it lies outside the project')
        return { file: this.name(full), text: readFileSync(full, 'utf8') }
      },
    })
    const taken = file.cases.flatMap(one => {
      const owner = this.#ownerOf(one.id)
      if (owner === undefined || owner === path) return []
      return [
        new AssayError('ASSAY_CASE_DUPLICATE_ID', `the id "${one.id}" is taken by ${this.name(owner)}`, {
          where: one.place,
          hint: 'Ids are unique over all case files, since history hangs on them.',
        }),
      ]
    })
    if (taken.length > 0) throw new CaseFileError(this.name(path), taken)
    return file
  }

  /** What a cached transform of the file depends on besides its text. */
  cacheKey(path: string): string {
    const hash = createHash('sha256').update(this.#registryFingerprint())
    try {
      const text = readFileSync(path, 'utf8')
      for (const use of usesOf(text)) hash.update(readFileSync(resolve(dirname(path), use)))
      for (const id of idsOf(text)) hash.update(this.#ownerOf(id) ?? '')
    } catch {
      // what cannot be read fails in the transform, with a place
      hash.update(String(Date.now()))
    }
    return hash.digest('hex')
  }

  /** Forget which ids are taken: a file has changed. */
  refresh(): void {
    this.#owners = undefined
  }

  /** Relative to the project, with forward slashes. */
  name(path: string): string {
    return relative(this.root, path).split(sep).join('/')
  }

  #ownerOf(id: string): string | undefined {
    this.#owners ??= this.#scan()
    return this.#owners.get(id)
  }

  /** The first file, by path, that has an id. Ids are found by their look: parsing every file would cost each run seconds. */
  #scan(): ReadonlyMap<string, string> {
    const owners = new Map<string, string>()
    for (const path of [...this.#list()].sort()) {
      try {
        for (const id of idsOf(readFileSync(path, 'utf8'))) if (!owners.has(id)) owners.set(id, path)
      } catch {
        // read again, and reported, when its turn comes
      }
    }
    return owners
  }

  #registryFingerprint(): string {
    this.#fingerprint ??= createHash('sha256')
      .update(codeFingerprint())
      .update(JSON.stringify(caseJsonSchema(this.registry)))
      .update(JSON.stringify([[...this.registry.targets], [...this.registry.tags], [...this.registry.owners]]))
      .digest('hex')
    return this.#fingerprint
  }
}

/** Case ids stand at the beginning of a list entry, at the indent of the cases. */
function idsOf(text: string): string[] {
  return [...text.matchAll(/^ {0,4}-\s+id:\s*["']?([A-Za-z][\w.-]*)/gm)].flatMap(match => match[1] ?? [])
}

function usesOf(text: string): string[] {
  const flow = /^use:\s*\[([^\]]*)\]/m.exec(text)?.[1]
  if (flow !== undefined)
    return flow
      .split(',')
      .map(part => part.trim().replace(/^["']|["']$/g, ''))
      .filter(Boolean)
  const block = /^use:\s*\n((?:\s+-\s+.*\n?)+)/m.exec(text)?.[1]
  return block === undefined ? [] : [...block.matchAll(/-\s+["']?([^"'\n#]+)/g)].map(match => (match[1] ?? '').trim())
}
