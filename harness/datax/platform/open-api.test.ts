import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FAILURES } from './failure.ts'
import { openApi } from './open-api.ts'
import { routesOf } from './routes.ts'
import { type Platform, servePlatform } from './serve.ts'

// biome-ignore lint/suspicious/noExplicitAny: the document is looked at field by field
type Document = any

const folder = mkdtempSync(join(tmpdir(), 'assay-open-api-'))
const routes = routesOf({ sources: {}, configs: {}, executions: {} } as never)
let platform: Platform
let document: Document

beforeAll(async () => {
  platform = await servePlatform({ folder })
  document = await (await fetch(`${platform.url}/openapi.json`)).json()
}, 60_000)
afterAll(async () => {
  await platform[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

/** What is needed unless something else is there, or under either of two names: a schema says neither. */
const EITHER: Readonly<Record<string, readonly string[]>> = {
  '/api/datasource/save': ['db_name', 'username'],
  '/api/datasource/ping': ['db_name', 'db_type', 'host', 'password', 'port', 'username'],
}

const operations = (): [string, string, Document][] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods as Document).map(([method, one]): [string, string, Document] => [path, method, one]),
  )

test('every route is described, and nothing else', () => {
  expect(operations().map(([path, method]) => `${method} ${path}`)).toEqual(
    routes.map(({ method, path }) => `${method.toLowerCase()} ${path}`),
  )
  expect(new Set(operations().map(([, , one]) => one.operationId)).size).toBe(routes.length)
})

test('what is described is served: none of it is unknown, and all answer in the one envelope', async () => {
  for (const [path, method] of operations()) {
    const init = method === 'get' ? {} : { method, headers: { 'content-type': 'application/json' }, body: '{"odd":1}' }
    const answer = await fetch(`${platform.url}${path}?odd=1`, init)
    expect(await answer.json()).toMatchObject({ error: { code: 'invalid', message: expect.any(String) } })
    expect(answer.status).toBe(400)
  }
})

test('parameters have types, and what is needed is what the server needs', async () => {
  for (const [path, method, one] of operations()) {
    const parameters: Document[] =
      one.parameters ?? Object.values(one.requestBody.content['application/json'].schema.properties)
    for (const parameter of parameters) {
      const schema = parameter.schema ?? parameter
      expect(schema.type ?? schema.enum ?? schema.anyOf, `${path} ${JSON.stringify(parameter)}`).toBeDefined()
    }
    const schema = one.requestBody?.content['application/json'].schema
    const required = schema?.required ?? parameters.filter(other => other.required).map(other => other.name)
    const init = method === 'get' ? {} : { method, headers: { 'content-type': 'application/json' }, body: '{}' }
    const { error } = (await (await fetch(`${platform.url}${path}`, init)).json()) as Document
    const missed = (error?.data.issues ?? []).map((issue: { readonly path: string }) => issue.path)
    expect(missed.sort(), path).toEqual([...required, ...(EITHER[path] ?? [])].sort())
  }
})

test('references lead somewhere, and every failure has a status that is described', () => {
  const text = JSON.stringify(document)
  for (const [, reference] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    const found = (reference as string).split('/').reduce<Document>((node, key) => node?.[key], document)
    expect(found, reference).toBeDefined()
  }
  for (const { path, method, refused } of routes)
    for (const code of refused)
      expect(document.paths[path][method.toLowerCase()].responses[FAILURES[code]].description).toContain(code)
  expect(document.components.schemas.Error.properties.error.properties.code.enum).toEqual(Object.keys(FAILURES))
})

test('a server with a token says how it is given', () => {
  expect(openApi(routes, { token: true })).toMatchObject({
    security: [{ token: [] }],
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  })
  expect(document.security).toBeUndefined()
})
