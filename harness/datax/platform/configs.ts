import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { maskText } from '../../log/mask-text.ts'
import { checkJob } from '../job/check.ts'
import { maskJdbcUrl } from '../job/jdbc-url.ts'
import { Failure, notFound } from './failure.ts'
import { type Page, pageOf, pageShape } from './page.ts'
import { isTaken, now, type Store, type StoredRow } from './store.ts'

const SHOWN = 'id, config_name, config_path, insert_time, project_name, uid'
const name = z
  .string()
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{N}_. -]{0,99}$/u,
    'a name begins with a letter or digit, and holds letters, digits, blanks, _ . and -',
  )
const content = z.union([z.string(), z.record(z.string(), z.unknown())])

export const saveInput = z.strictObject({
  config_name: name,
  content,
  project_name: z.string().max(200).default(''),
  uid: z.string().max(200).default(''),
})
export const updateInput = z.strictObject({
  id: z.coerce.number().int(),
  config_name: name.optional(),
  content: content.optional(),
})
export const queryInput = z.strictObject({
  ...pageShape,
  config_name: z.string().optional(),
  project_name: z.string().optional(),
  uid: z.string().optional(),
})

/** Table json_config: job files. Row and file are written as one; the file's path is the server's own. */
export class Configs {
  readonly #store: Store
  readonly #folder: string

  constructor(store: Store, folder: string) {
    this.#store = store
    this.#folder = folder
  }

  save(input: z.infer<typeof saveInput>): StoredRow {
    const text = checked(input.content)
    return this.#whole(input.config_name, () => {
      const { id } = this.#store.run(
        "insert into json_config (config_name, config_path, insert_time, content, project_name, uid) values (?, '', ?, ?, ?, ?)",
        ...[input.config_name, now(), text, input.project_name, input.uid],
      )
      this.#store.run('update json_config set config_path = ? where id = ?', this.#path(id), id)
      this.#write(id, text)
      return this.#shown(id)
    })
  }

  update(input: z.infer<typeof updateInput>): StoredRow {
    const text = input.content === undefined ? undefined : checked(input.content)
    return this.#whole(input.config_name ?? '', () => {
      this.#shown(input.id)
      if (input.config_name !== undefined)
        this.#store.run('update json_config set config_name = ? where id = ?', input.config_name, input.id)
      if (text !== undefined) {
        this.#store.run('update json_config set content = ? where id = ?', text, input.id)
        this.#write(input.id, text)
      }
      return this.#shown(input.id)
    })
  }

  /** The row, the file, and the log rows of its runs. */
  delete(id: number): { readonly deleted: number } {
    return this.#whole('', () => {
      const busy = this.#store.one(
        "select id from exec_log where config_id = ? and status in ('queued', 'running')",
        id,
      )
      if (busy) throw new Failure(409, 'busy', `config ${id} is run by execution ${busy.id}; cancel it first`)
      const { changes } = this.#store.run('delete from json_config where id = ?', id)
      if (changes === 0) throw notFound('config', id)
      for (const { log_file } of this.#store.all('select log_file from exec_log where config_id = ?', id))
        rmSync(String(log_file), { force: true })
      this.#store.run('delete from exec_log where config_id = ?', id)
      rmSync(this.#path(id), { force: true })
      return { deleted: changes }
    })
  }

  query({ page, pageSize, ...where }: z.infer<typeof queryInput>): Page {
    return pageOf(this.#store, 'json_config', { columns: SHOWN, where: { ...where, is_delete: 0 }, page, pageSize })
  }

  list(): readonly StoredRow[] {
    return this.#store.all('select id, config_name from json_config where is_delete = 0 order by config_name')
  }

  /** With its content, secrets masked. */
  get(id: number): StoredRow {
    return { ...this.#shown(id), content: maskJdbcUrl(maskText(this.text(id).text)) }
  }

  /** What is run. */
  text(id: number): { readonly name: string; readonly text: string } {
    const row = this.#store.one('select config_name, content from json_config where id = ? and is_delete = 0', id)
    if (!row) throw notFound('config', id)
    return { name: String(row.config_name), text: String(row.content) }
  }

  #path(id: number): string {
    return join(this.#folder, `${id}.json`)
  }

  #write(id: number, text: string): void {
    const path = this.#path(id)
    writeFileSync(`${path}.new`, text, { mode: 0o600 })
    renameSync(`${path}.new`, path)
  }

  #shown(id: number): StoredRow {
    const row = this.#store.one(`select ${SHOWN} from json_config where id = ? and is_delete = 0`, id)
    if (!row) throw notFound('config', id)
    return row
  }

  #whole<T>(taken: string, work: () => T): T {
    try {
      return this.#store.transaction(work)
    } catch (error) {
      if (isTaken(error)) throw new Failure(409, 'name_taken', `there is a config "${taken}" already`)
      throw error
    }
  }
}

/** The text of a job that has no error. Throws invalid_job with everything that was found. */
function checked(given: z.infer<typeof content>): string {
  const text = typeof given === 'string' ? given : JSON.stringify(given, null, 2)
  const findings = checkJob(text)
  const first = findings.find(finding => finding.severity === 'error')
  if (first)
    throw new Failure(422, 'invalid_job', `${first.code} ${first.line}:${first.column} ${first.message}`, { findings })
  return text
}
