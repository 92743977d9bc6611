import { z } from 'zod'
import { FAILURES, type FailureCode } from './failure.ts'
import type { Route } from './routes.ts'

type Schema = {
  readonly properties?: Readonly<Record<string, { readonly default?: unknown; readonly description?: string }>>
  readonly required?: readonly string[]
}

/** Spellings of the seed that are taken besides. */
const ALIASES: Readonly<Record<string, string>> = { user: 'username', database: 'db_name' }
/** What every request can be refused with. */
const ALWAYS: readonly FailureCode[] = ['invalid', 'no_token', 'wrong_host', 'wrong_origin', 'too_large', 'failed']

/** The routes as OpenAPI 3.1, made of the schemas that requests are checked with. */
export function openApi(routes: readonly Route[], options: { readonly token: boolean }): unknown {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) paths[route.path] = { [route.method.toLowerCase()]: operation(route) }
  const code = { type: 'string', enum: Object.keys(FAILURES) }
  const fields = { code, message: { type: 'string' }, data: {} }
  const error = { type: 'object', required: ['code', 'message'], properties: fields }
  const schemes = { token: { type: 'http', scheme: 'bearer' } }
  return {
    openapi: '3.1.0',
    info: {
      title: 'assay datax: the data-sync platform',
      version: '1',
      description: 'Every answer is { "data": … } or { "error": { "code", "message", "data"? } }.',
    },
    ...(options.token ? { security: [{ token: [] }] } : {}),
    paths,
    components: {
      ...(options.token ? { securitySchemes: schemes } : {}),
      schemas: { Error: { type: 'object', required: ['error'], properties: { error } } },
    },
  }
}

function operation({ method, path, about, status, input, refused }: Route): unknown {
  const schema = given(input)
  const required = schema.required ?? []
  const parameters = Object.entries(schema.properties ?? {}).map(([name, one]) => ({
    ...{ name, in: 'query', required: required.includes(name), schema: one },
  }))
  const request =
    method === 'GET' ? { parameters } : { requestBody: { required: true, content: { 'application/json': { schema } } } }
  const answer = { type: 'object', required: ['data'], properties: { data: {} } }
  const byStatus = Map.groupBy([...ALWAYS, ...refused], code => FAILURES[code])
  const errors = [...byStatus].map(([one, codes]) => [one, { description: codes.join(', '), ...content(ERROR) }])
  return {
    ...{ operationId: path.replace('/api/', '').replaceAll('/', '_'), summary: about, ...request },
    responses: { [status ?? 200]: { description: 'done', ...content(answer) }, ...Object.fromEntries(errors) },
  }
}

const ERROR = { $ref: '#/components/schemas/Error' }
const content = (schema: unknown): unknown & object => ({ content: { 'application/json': { schema } } })

/** What one may give. Of the schema's two sides this is the one with types; there a default makes a field required, so that is undone. */
function given(input: z.ZodType): Schema {
  const schema = z.toJSONSchema(input, { io: 'output', target: 'draft-2020-12' }) as Schema
  const { properties = {}, required = [] } = schema
  const aliased = Object.entries(ALIASES).filter(([, name]) => name in properties)
  const others = aliased.map(([alias, name]) => [alias, { ...properties[name], description: `as ${name}` }])
  return {
    ...schema,
    properties: { ...properties, ...Object.fromEntries(others) },
    required: required.filter(
      name => properties[name]?.default === undefined && !aliased.some(([, target]) => target === name),
    ),
  }
}
