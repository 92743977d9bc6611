import { rmSync } from 'node:fs'
import type { z } from 'zod'
import { checkJob } from '../job/check.ts'
import type { Finding } from '../job/finding.ts'
import { parseJdbcUrl } from '../job/jdbc-url.ts'
import { ConfigFiles } from './config-files.ts'
import {
  checkedText,
  type checkInput,
  type queryInput,
  type saveInput,
  textOfContent,
  type updateInput,
} from './config-input.ts'
import { Failure, notFound } from './failure.ts'
import { maskJob } from './job-secrets.ts'
import { type Page, pageOf } from './paging.ts'
import { isTaken, now, type Store, type StoredRow } from './store.ts'

const SHOWN = 'id, config_name, config_path, insert_time, project_name, uid'
const LAST = '(select status from exec_log where config_id = json_config.id order by id desc limit 1) as last_status'

/** Table json_config: job files. Row and file are written as one; the file's path is the server's own. */
export class Configs {
  readonly #store: Store
  readonly #files: ConfigFiles

  constructor(store: Store, folder: string) {
    this.#store = store
    this.#files = new ConfigFiles(folder)
    const rows = this.#store.all('select id, content from json_config where is_delete = 0')
    this.#files.repair(rows.map(({ id, content }) => ({ id: Number(id), text: String(content) })))
  }

  save({ content, ...rest }: z.infer<typeof saveInput>): StoredRow {
    const text = checkedText(content)
    let id: number | undefined
    const undo = (): void => {
      if (id !== undefined) this.#files.restore(id, undefined)
    }
    return this.#whole(rest.config_name, undo, () => {
      id = this.#store.insert('json_config', { ...rest, config_path: '', insert_time: now(), content: text })
      this.#store.update('json_config', id, { config_path: this.#files.path(id) })
      this.#files.write(id, text)
      return this.#shown(id)
    })
  }

  update({ id, content, ...changes }: z.infer<typeof updateInput>): StoredRow {
    const before = this.text(id).text
    const text = content === undefined ? undefined : checkedText(content, before)
    return this.#whole(
      changes.config_name ?? '',
      () => this.#files.restore(id, before),
      () => {
        this.#store.update('json_config', id, { ...changes, content: text })
        if (text !== undefined) this.#files.write(id, text)
        return this.#shown(id)
      },
    )
  }

  /** The row, the file, and the logs of its runs. */
  delete(id: number): { readonly deleted: number; readonly logs: number } {
    const logs = this.#store.transaction(() => {
      this.#shown(id)
      const running = "select id from exec_log where config_id = ? and status in ('queued', 'running')"
      const busy = this.#store.one(running, id)
      if (busy) throw new Failure('busy', `config ${id} is run by execution ${busy.id}; cancel it first`)
      const files = this.#store.all('select log_file from exec_log where config_id = ?', id)
      this.#store.run('delete from exec_log where config_id = ?', id)
      this.#store.run('delete from json_config where id = ?', id)
      return files.map(({ log_file }) => String(log_file))
    })
    for (const file of logs) rmSync(file, { force: true })
    this.#files.delete(id)
    return { deleted: 1, logs: logs.length }
  }

  query({ page, pageSize, config_name, project_name, uid }: z.infer<typeof queryInput>): Page {
    const where = {
      'config_name = ?': config_name,
      'project_name = ?': project_name,
      'uid = ?': uid,
      'is_delete = ?': 0,
    }
    return pageOf(this.#store, 'json_config', { columns: `${SHOWN}, ${LAST}`, where, page, pageSize })
  }

  list(): readonly StoredRow[] {
    return this.#store.all('select id, config_name from json_config where is_delete = 0 order by config_name')
  }

  /** With its content, secrets masked. */
  get(id: number): StoredRow {
    return { ...this.#shown(id), content: maskJob(this.text(id).text) }
  }

  /** What `assay datax check` says of a job that need not be saved. */
  check({ content, params }: z.infer<typeof checkInput>): { readonly findings: readonly Finding[] } {
    return { findings: checkJob(textOfContent(content), params) }
  }

  /** What is run. */
  text(id: number): { readonly name: string; readonly text: string } {
    const row = this.#store.one('select config_name, content from json_config where id = ? and is_delete = 0', id)
    if (!row) throw notFound('config', id)
    return { name: String(row.config_name), text: String(row.content) }
  }

  /** Configs with a jdbcUrl of this database. */
  using(source: { readonly host: string; readonly port: number; readonly db_name: string }): readonly StoredRow[] {
    const near = this.#store.all(
      'select id, config_name, content from json_config where is_delete = 0 and instr(content, ?) > 0 order by id',
      source.host,
    )
    return near
      .filter(({ content }) =>
        [...String(content).matchAll(/"(jdbc:[^"\\]*)"/g)].some(([, url]) => isOf(url as string, source)),
      )
      .map(({ id, config_name }) => ({ id: id as number, config_name: config_name as string }))
  }

  #shown(id: number): StoredRow {
    const row = this.#store.one(`select ${SHOWN} from json_config where id = ? and is_delete = 0`, id)
    if (!row) throw notFound('config', id)
    return row
  }

  /** Row and file: both change, or neither. */
  #whole<T>(taken: string, undo: () => void, work: () => T): T {
    try {
      return this.#store.transaction(work)
    } catch (error) {
      if (isTaken(error)) throw new Failure('name_taken', `there is a config "${taken}" already`)
      try {
        undo()
      } catch {
        // the file cannot be written: that is what is told; the next start repairs it
      }
      throw error
    }
  }
}

function isOf(
  url: string,
  source: { readonly host: string; readonly port: number; readonly db_name: string },
): boolean {
  try {
    const { host, port, database } = parseJdbcUrl(url)
    return host === source.host && port === source.port && database === source.db_name
  } catch {
    return false
  }
}
