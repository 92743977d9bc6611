import { z } from 'zod'
import {
  checkInput,
  queryInput as configQuery,
  saveInput as configSave,
  updateInput as configUpdate,
} from './config-input.ts'
import type { Configs } from './configs.ts'
import { columnsInput, listInput, pingInput, queryInput, saveInput, updateInput } from './datasource-input.ts'
import type { Datasources } from './datasources.ts'
import { execInput, logInput, logsInput } from './execution-input.ts'
import type { Executions } from './executions.ts'
import type { FailureCode } from './failure.ts'
import { byId } from './fields.ts'

export type Route = {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly about: string
  readonly input: z.ZodType
  /** Status of success. Default 200. */
  readonly status?: 202
  /** What it is refused with, besides what every request can be. */
  readonly refused: readonly FailureCode[]
  handle(input: never, signal: AbortSignal): unknown
}

const nothing = z.strictObject({})

type Rest<Input> = Pick<Route, 'about' | 'status'> & {
  readonly input: z.ZodType<Input>
  readonly refused?: readonly FailureCode[]
  readonly handle: (input: Input, signal: AbortSignal) => unknown
}
const get = <Input>(path: string, rest: Rest<Input>): Route => ({ method: 'GET', path, refused: [], ...rest })
const post = <Input>(path: string, rest: Rest<Input>): Route => ({ method: 'POST', path, refused: [], ...rest })

/** Every endpoint of the seed, with the readings of its slips (reference 5.3). */
export function routesOf(parts: {
  readonly sources: Datasources
  readonly configs: Configs
  readonly executions: Executions
}): readonly Route[] {
  return [...datasourceRoutes(parts.sources), ...configRoutes(parts.configs), ...executionRoutes(parts.executions)]
}

function datasourceRoutes(sources: Datasources): readonly Route[] {
  return [
    post('/api/datasource/save', {
      ...{ about: 'adds a datasource; its name is unique', input: saveInput, refused: ['name_taken'] },
      handle: input => sources.save(input),
    }),
    post('/api/datasource/update', {
      ...{ about: 'changes what is given of a datasource', input: updateInput, refused: ['not_found', 'name_taken'] },
      handle: input => sources.update(input),
    }),
    post('/api/datasource/delete', {
      ...{
        about: 'deletes a datasource, and tells the configs that connect to it',
        input: byId,
        refused: ['not_found'],
      },
      handle: ({ id }) => sources.delete(id),
    }),
    get('/api/datasource/query', {
      ...{ about: 'a page of datasources, by type, project or uid', input: queryInput },
      handle: input => sources.query(input),
    }),
    get('/api/datasource/list', {
      ...{ about: 'all datasources, or those of a type', input: listInput },
      handle: input => sources.list(input),
    }),
    post('/api/datasource/ping', {
      ...{ about: 'connects to a database that need not be saved, or to a datasource by its id', input: pingInput },
      refused: ['not_found', 'no_driver', 'refused', 'unreachable', 'query_failed'],
      handle: (input, signal) => sources.ping(input, signal),
    }),
    get('/api/datasource/columns', {
      ...{ about: 'the columns of a table of a datasource', input: columnsInput },
      refused: ['not_found', 'no_table', 'no_driver', 'refused', 'unreachable', 'query_failed'],
      handle: (input, signal) => sources.columns(input, signal),
    }),
  ]
}

function configRoutes(configs: Configs): readonly Route[] {
  return [
    post('/api/config/save', {
      ...{ about: 'adds a config: the job is checked, row and file are written as one', input: configSave },
      refused: ['invalid_job', 'name_taken'],
      handle: input => configs.save(input),
    }),
    post('/api/config/update', {
      ...{ about: 'changes a config and its file; *** in it stays what it was', input: configUpdate },
      refused: ['not_found', 'invalid_job', 'name_taken'],
      handle: input => configs.update(input),
    }),
    post('/api/config/delete', {
      ...{ about: 'deletes a config, its file and the logs of its runs', input: byId, refused: ['not_found', 'busy'] },
      handle: ({ id }) => configs.delete(id),
    }),
    post('/api/config/check', {
      ...{ about: 'checks a job that need not be saved', input: checkInput },
      handle: input => configs.check(input),
    }),
    get('/api/config/query', {
      ...{ about: 'a page of configs, each with the state of its last run', input: configQuery },
      handle: input => configs.query(input),
    }),
    get('/api/config/list', {
      ...{ about: 'ids and names of all configs', input: nothing },
      handle: () => configs.list(),
    }),
    get('/api/config', {
      ...{ about: 'one config with its content, secrets masked', input: byId, refused: ['not_found'] },
      handle: ({ id }) => configs.get(id),
    }),
  ]
}

function executionRoutes(executions: Executions): readonly Route[] {
  return [
    post('/api/config/exec', {
      ...{ about: 'runs a config in the background; gives the id of the execution', input: execInput, status: 202 },
      refused: ['not_found', 'queue_full'],
      handle: input => executions.exec(input),
    }),
    post('/api/config/cancel', {
      ...{ about: 'stops an execution', input: byId, status: 202, refused: ['not_found', 'not_running'] },
      handle: ({ id }) => executions.cancel(id),
    }),
    get('/api/config/logs', {
      ...{ about: 'a page of executions, by config, status or time', input: logsInput },
      handle: input => executions.logs(input),
    }),
    get('/api/config/log', {
      ...{ about: 'a piece of an execution’s log, from a byte or from near its end', input: logInput },
      refused: ['not_found'],
      handle: input => executions.log(input),
    }),
  ]
}
