import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { builtin } from '../../actions/builtin.ts'
import { defineAction } from '../../actions/define-action.ts'
import { defineAssay } from '../../assay.ts'
import { expandCase } from '../../cases/expand-case.ts'
import { loadCaseFile } from '../../cases/load.ts'
import { registryOf } from '../../cases/registry.ts'
import type { StepResult } from '../../report/model.ts'
import { CaseRun } from '../../run/case-run.ts'
import { systemClock } from '../../run/clock.ts'
import { FileRun } from '../../run/file-run.ts'
import { platformFolder } from '../actions/platform-folder.ts'
import { serveAction } from '../actions/serve.ts'
import { datax } from '../index.ts'
import { type Fault, faultyProxy, said, withData } from './testing/faulty-proxy.ts'

vi.setConfig({ testTimeout: 240_000 })
const reports = mkdtempSync(join(tmpdir(), 'assay-faults-'))
afterAll(() => rmSync(reports, { recursive: true, force: true }))

const FILES = ['cases/datax/platform.case.yaml', 'cases/datax/platform-tables.case.yaml']

/** `datax.serve`, with something wrong between the server and the case. */
const faultyServe = (fault: (folder: string) => Fault) =>
  defineAction({
    ...{ name: 'datax.serve', about: 'A platform with a fault.', on: 'none' },
    input: z.object({ name: z.string().optional(), folder: z.string().optional() }).loose(),
    result: z.object({ url: z.string() }),
    async run(input, context) {
      const { name = 'platform', folder = name } = input
      const { url } = await serveAction.run(input, context)
      const spoiled = fault(platformFolder(context, folder))
      const proxy = await context.keep(`proxy ${name}`, () => faultyProxy(url, spoiled))
      return { url: proxy.url }
    },
  })

/** Runs one of the platform's cases as it is written; gives the first step that failed. */
async function firstFailure(id: string, fault: (folder: string) => Fault): Promise<string | undefined> {
  const actions = (datax.actions ?? []).map(one => (one.name === 'datax.serve' ? faultyServe(fault) : one))
  const config = { systems: [builtin, { ...datax, actions }], targets: [], tags: { datax: 'DataX', tour: 'a tour' } }
  const registry = registryOf(defineAssay({ ...config, owners: { datax: 'datax@example.org' } }))
  const read = (file: string): { file: string; text: string } => ({ file, text: readFileSync(file, 'utf8') })
  const files = FILES.map(file => loadCaseFile({ ...read(file), registry, read }))
  for (const file of files) {
    const definition = file.cases.find(one => one.id === id)
    const one = definition && expandCase(definition, file.vars)[0]
    if (!definition || !one) continue
    const ended: StepResult[] = []
    const none = (): never => {
      throw new Error('these cases have no targets')
    }
    const environment = {
      ...({ runId: 'faults', seed: '7', tier: 'embedded', root: resolve('.'), registry, clock: systemClock } as const),
      ...{ runFolder: mkdtempSync(join(reports, 'run-')), strictTargets: false, lease: none, status: none, log() {} },
    }
    const host = {
      ...{ signal: new AbortController().signal, attempt: 0, recordMode: () => 'none' as const },
      stepEnded: (step: StepResult) => void ended.push(step),
    }
    const run = new CaseRun(new FileRun(environment, file), one, host)
    try {
      await run.open()
      for (const index of definition.steps.keys()) await run.step(index)
      await run.passed()
    } catch (error) {
      await run.failed(error)
    }
    const { verdict, attempt } = await run.close()
    const failed = ended.find(step => step.state !== 'passed')
    return verdict === 'passed' ? undefined : `${verdict}: ${failed?.name}: ${attempt.error?.message}`
  }
  throw new Error(`there is no case ${id}`)
}

test.each(['DATAX-API-001', 'DATAX-API-003', 'DATAX-API-010', 'DATAX-TBL-001'])(
  'without a fault %s passes through the proxy',
  async id => {
    expect(await firstFailure(id, () => ({}))).toBeUndefined()
  },
)

type Row = { readonly [name: string]: unknown }
type Paged = { readonly total: number; readonly rows: readonly Row[] }

/** What is wrong, the case that catches it, words of the step or of what it says, and the fault. */
const FAULTS: readonly (readonly [what: string, id: string, told: string, fault: (folder: string) => Fault])[] = [
  [
    'a password is echoed',
    'DATAX-API-001',
    'keeps the password to itself',
    () => ({
      answer: (answered, { path, body }) =>
        path === '/api/datasource/save' && answered.status === 200
          ? withData(answered, (data: Row) => ({ ...data, password: JSON.parse(body).password }))
          : answered,
    }),
  ],
  [
    'a second datasource takes the name of the first',
    'DATAX-API-001',
    'source_name is unique',
    () => ({ answer: answered => (answered.body.includes('name_taken') ? said(200, { id: 2 }) : answered) }),
  ],
  [
    'a page skips a row',
    'DATAX-API-001',
    'json.data.rows expected 1 element, got 0',
    () => ({
      ask(asked) {
        const page = Number(asked.query.get('page'))
        if (asked.path.endsWith('/query') && page > 1) asked.query.set('page', String(page + 1))
        return asked
      },
    }),
  ],
  [
    'a condition is put into the SQL',
    'DATAX-API-001',
    'a value is a value',
    () => ({
      ask(asked) {
        if (asked.query.get('project_name')?.includes("' or 1=1")) asked.query.delete('project_name')
        return asked
      },
    }),
  ],
  [
    'a datasource that is deleted stays',
    'DATAX-API-001',
    'what is deleted is gone',
    () => ({
      ask: asked =>
        asked.path === '/api/datasource/delete' && asked.method === 'POST'
          ? said(200, { deleted: 1, used_by: [{ id: 1, config_name: 'uses-it' }] })
          : asked,
    }),
  ],
  [
    'the file of a config is not updated with its row',
    'DATAX-API-003',
    'datax.get_files',
    folder => ({
      answer(answered, { path }) {
        if (path === '/api/config/update' && answered.status === 200)
          writeFileSync(join(folder, 'configs', '1.json'), '{}')
        return answered
      },
    }),
  ],
  [
    'a job with errors is saved',
    'DATAX-API-003',
    'the setting in the wrong place',
    () => ({ answer: answered => (answered.status === 422 ? said(200, { id: 2 }) : answered) }),
  ],
  [
    'the command shows a password',
    'DATAX-API-004',
    '3.2.1 /api/config/exec answers at once',
    () => ({
      answer: (answered, { body }) => ({
        ...answered,
        body: answered.body.replace('-Dpassword=***', () => `-Dpassword=${JSON.parse(body || '{}').params?.password}`),
      }),
    }),
  ],
  [
    'a log begins again at its end',
    'DATAX-API-004',
    'from its end there is nothing more',
    () => ({
      ask(asked) {
        if (asked.path === '/api/config/log') asked.query.delete('from')
        return asked
      },
    }),
  ],
  [
    'a canceled run goes on',
    'DATAX-API-005',
    'json.data.size expected',
    folder => ({
      ask(asked) {
        // what it writes is seen in its log
        if (asked.path === '/api/config/log') appendFileSync(join(folder, 'logs', '1-1.log'), 'one more row\n')
        return asked
      },
    }),
  ],
  [
    'canceling what has ended is agreed to',
    'DATAX-API-005',
    'what has ended, and what never was',
    () => ({
      answer: (answered, { path }) =>
        path === '/api/config/cancel' && answered.status === 409 ? said(202, {}) : answered,
    }),
  ],
  [
    'the token is not looked at',
    'DATAX-API-006',
    '/api/config/list',
    () => ({ ask: asked => ({ ...asked, headers: { ...asked.headers, authorization: 'Bearer let-me-in' } }) }),
  ],
  [
    'the queue has no end',
    'DATAX-API-007',
    '/api/config/exec',
    () => ({ answer: answered => (answered.status === 429 ? said(202, { id: 4, status: 'queued' }) : answered) }),
  ],
  [
    'a config is shown as it is',
    'DATAX-API-008',
    'json.data.content expected to contain',
    folder => ({
      answer: (answered, { path }) =>
        path === '/api/config'
          ? withData(answered, (data: Row) => ({
              ...data,
              content: readFileSync(join(folder, 'configs', '1.json'), 'utf8'),
            }))
          : answered,
    }),
  ],
  [
    'saving what is shown saves the masks',
    'DATAX-API-008',
    'datax.get_files',
    folder => ({
      answer(answered, { path, body }) {
        if (path === '/api/config/update') writeFileSync(join(folder, 'configs', '1.json'), JSON.parse(body).content)
        return answered
      },
    }),
  ],
  [
    'a restart forgets what was running',
    'DATAX-API-009',
    'json.data.total expected 2, got 0',
    () => ({
      answer: (answered, { query }) =>
        query.get('status') === 'interrupted'
          ? withData(answered, () => ({ total: 0, rows: [] }) satisfies Paged)
          : answered,
    }),
  ],
  [
    'another site may ask',
    'DATAX-API-010',
    '/api/config/list',
    () => ({ ask: asked => ({ ...asked, headers: { ...asked.headers, origin: undefined } }) }),
  ],
  [
    'passwords lie open in the database',
    'DATAX-TBL-001',
    '1.1 datasource.password is sealed',
    folder => ({
      answer(answered) {
        const db = new DatabaseSync(join(folder, 'platform.db'))
        db.exec("update datasource set password = 'geheim'")
        db.close()
        return answered
      },
    }),
  ],
  [
    'a config that is marked as deleted is listed',
    'DATAX-TBL-003',
    'json.data.0.id expected 2, got 1',
    () => ({
      answer: (answered, { path }) => (path === '/api/config/list' ? said(200, [{ id: 1 }, { id: 2 }]) : answered),
    }),
  ],
]

test.each(FAULTS)('%s: %s catches it', async (_what, id, told, fault) => {
  const failed = await firstFailure(id, fault)
  expect(failed).toMatch(/^failed: /)
  expect(failed).toContain(told)
})
