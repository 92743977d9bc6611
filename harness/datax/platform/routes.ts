import { z } from 'zod'
import type { Configs } from './configs.ts'
import * as configs from './configs.ts'
import type { Datasources } from './datasources.ts'
import * as datasources from './datasources.ts'
import type { Executions } from './executions.ts'
import * as executions from './executions.ts'

export type Route = {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly about: string
  /** Status of success. */
  readonly status: 200 | 202
  readonly input: z.ZodType
  handle(input: never, signal: AbortSignal): unknown
}

const byId = z.strictObject({ id: z.coerce.number().int() })
const nothing = z.strictObject({})

function route<Input>(
  method: Route['method'],
  path: string,
  about: string,
  input: z.ZodType<Input>,
  handle: (input: Input, signal: AbortSignal) => unknown,
  status: Route['status'] = 200,
): Route {
  return { method, path, about, status, input, handle }
}

/** Every endpoint of the seed, with the readings of its slips (reference 5.3). */
export function routesOf(parts: {
  readonly sources: Datasources
  readonly configs: Configs
  readonly executions: Executions
}): readonly Route[] {
  const { sources, executions: runs } = parts
  return [
    route('POST', '/api/datasource/save', 'adds a datasource; its name is unique', datasources.saveInput, input =>
      sources.save(input),
    ),
    route('POST', '/api/datasource/update', 'changes what is given of a datasource', datasources.updateInput, input =>
      sources.update(input),
    ),
    route('POST', '/api/datasource/delete', 'deletes a datasource', byId, ({ id }) => sources.delete(id)),
    route(
      'GET',
      '/api/datasource/query',
      'a page of datasources, by type, project or uid',
      datasources.queryInput,
      input => sources.query(input),
    ),
    route('GET', '/api/datasource/list', 'all datasources, or those of a type', datasources.listInput, input =>
      sources.list(input),
    ),
    route(
      'POST',
      '/api/datasource/ping',
      'connects to a database that need not be saved',
      datasources.pingInput,
      (input, signal) => sources.ping(input, signal),
    ),
    route(
      'GET',
      '/api/datasource/columns',
      'the columns of a table of a datasource',
      datasources.columnsInput,
      (input, signal) => sources.columns(input, signal),
    ),
    route(
      'POST',
      '/api/config/save',
      'adds a config: the job is checked, row and file are written as one',
      configs.saveInput,
      input => parts.configs.save(input),
    ),
    route('POST', '/api/config/update', 'changes a config and its file', configs.updateInput, input =>
      parts.configs.update(input),
    ),
    route('POST', '/api/config/delete', 'deletes a config, its file and the logs of its runs', byId, ({ id }) =>
      parts.configs.delete(id),
    ),
    route('GET', '/api/config/query', 'a page of configs', configs.queryInput, input => parts.configs.query(input)),
    route('GET', '/api/config/list', 'ids and names of all configs', nothing, () => parts.configs.list()),
    route('GET', '/api/config', 'one config with its content, secrets masked', byId, ({ id }) => parts.configs.get(id)),
    route(
      'POST',
      '/api/config/exec',
      'runs a config in the background; gives the id of the execution',
      executions.execInput,
      input => runs.exec(input),
      202,
    ),
    route('POST', '/api/config/cancel', 'stops an execution', byId, ({ id }) => runs.cancel(id), 202),
    route('GET', '/api/config/logs', 'a page of executions, by config or status', executions.logsInput, input =>
      runs.logs(input),
    ),
    route(
      'GET',
      '/api/config/log',
      'a piece of an execution’s log, from a byte or from near its end',
      executions.logInput,
      input => runs.log(input),
    ),
  ]
}

/** The routes as OpenAPI 3.1, made of the schemas that requests are checked with. */
export function openApi(routes: readonly Route[]): unknown {
  const schemaOf = (input: z.ZodType): Record<string, unknown> =>
    z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>
  const paths: Record<string, Record<string, unknown>> = {}
  for (const { method, path, about, status, input } of routes) {
    const schema = schemaOf(input)
    const properties = (schema.properties ?? {}) as Record<string, unknown>
    const required = (schema.required ?? []) as readonly string[]
    const request =
      method === 'GET'
        ? {
            parameters: Object.entries(properties).map(([name, one]) => ({
              name,
              in: 'query',
              required: required.includes(name),
              schema: one,
            })),
          }
        : { requestBody: { required: true, content: { 'application/json': { schema } } } }
    const error = {
      description: 'refused',
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
    }
    paths[path] = {
      [method.toLowerCase()]: {
        summary: about,
        ...request,
        responses: { [status]: { description: 'done' }, default: error },
      },
    }
  }
  const text = { type: 'string' }
  const fields = { type: 'object', required: ['code', 'message'], properties: { code: text, message: text, data: {} } }
  return {
    openapi: '3.1.0',
    info: { title: 'assay datax: the data-sync platform', version: '1' },
    paths,
    components: { schemas: { Error: { type: 'object', required: ['error'], properties: { error: fields } } } },
  }
}
