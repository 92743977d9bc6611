import { z } from 'zod'
import { DURATION_PATTERN } from './duration.ts'
import type { CaseRegistry } from './registry.ts'
import { limits } from './schema-limits.ts'

/** A number with a unit. Also what actions use for their own durations. */
export const durationSchema = z
  .string()
  .regex(DURATION_PATTERN)
  .meta({ format: 'assay-duration', description: 'A duration: 500ms, 30s, 5m, 2h' })

const name = z.string().min(1)
const names = z.array(name)
const values = z.record(z.string(), z.unknown())

const links = z
  .record(z.string(), z.union([z.string(), z.array(z.string())]))
  .describe('Where it comes from: requirement, ticket, doc')

const eventually = z
  .union([
    durationSchema,
    z.strictObject({
      within: durationSchema.describe('How long to go on trying'),
      every: durationSchema.optional().describe('Time between two tries; 500ms where it is not given'),
      give_up_on: z.unknown().optional().describe('A result that will never become what is expected: stop at once'),
    }),
  ])
  .describe('Run the step again until it is as expected')

const fails = z
  .strictObject({
    code: z.unknown().optional().describe('What the system calls the error: an SQLSTATE, an errno, a status'),
    class: z.unknown().optional().describe('The portable name: unique_violation, lock_timeout, read_only, …'),
    message: z.unknown().optional().describe('A part of the message, or a matcher'),
  })
  .describe('The step must fail in this way; success fails the step')

const repeat = z
  .strictObject({
    times: z
      .union([z.int().min(1), z.string()])
      .optional()
      .describe('How often'),
    until: z.unknown().optional().describe('Stop when the result is so'),
    as: name.optional().describe('The name of the turn’s number, from 0: $(turn)'),
    every: durationSchema.optional().describe('Time between two turns'),
  })
  .refine(value => value.times !== undefined || value.until !== undefined, { error: 'repeat needs "times" or "until"' })
  .describe('Run the step several times; the last result counts')

/** What every step may say besides its action. */
export const stepShape = {
  name: name.optional().describe('What the step does, in words; shown in the report'),
  on: z.unknown().optional().describe('Where it runs: a role of the targets, $(an endpoint), or a list of them'),
  expect: z
    .unknown()
    .optional()
    .describe(
      'What the result must be: literals, and not, at_least, at_most, count, each, match, one_of, contains, recorded',
    ),
  fails: fails.optional(),
  save: z
    .union([name, z.record(z.string(), z.string())])
    .optional()
    .describe('Keep the result: under one name, or parts of it by path'),
  eventually: eventually.optional(),
  timeout: durationSchema.optional().describe('The step fails when it takes longer'),
  if: z.string().optional().describe('Run the step only where this one comparison holds'),
  background: name.optional().describe('Start it and go on; a later step joins it by this name'),
  repeat: repeat.optional(),
}

const retry = z
  .strictObject({
    attempts: z.int().min(1).max(5).describe('How many more attempts'),
    only_on: z.literal('infrastructure').describe('Product errors are never tried again: that would hide them'),
  })
  .describe('Try the case again when the harness or the target broke')

const known = z
  .array(
    z.strictObject({
      ticket: name.describe('The ticket that will mend it'),
      when: values
        .optional()
        .describe(
          'Matrix values and target.version for which it is known: { signal: SIGSTOP, target.version: "<1.4" }',
        ),
      error: name.describe('A part of the error message, or its code or class'),
    }),
  )
  .describe('Failures that are known: the case runs all the same, and says so when it stops failing')

const evidence = z
  .array(z.strictObject({ sql: z.string().optional(), file: z.string().optional(), on: z.unknown().optional() }))
  .describe('What to collect when the case fails')

const sharedShape = {
  about: z.string().optional().describe('Why it exists, in a sentence'),
  owner: name.optional().describe('Who looks at a failure; from the list in assay.config.ts'),
  tags: names.optional().describe('From the list in assay.config.ts'),
  requires: names
    .optional()
    .describe('Capabilities of the targets: fault.process, shard.replicas>=3. Unmet: skipped with the reason'),
  links: links.optional(),
  known: known.optional(),
  vars: values.optional().describe('Values under names of their own'),
  limits: limits.optional(),
  evidence: evidence.optional(),
  skip_checks: names.optional().describe('Checks after the case that do not apply: server.alive, log.panic'),
  timeout: durationSchema.optional(),
  retry: retry.optional(),
}

const steps = z.array(z.unknown())

export const caseShape = z.strictObject({
  id: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9._-]*$/, {
      error: 'an id starts with a letter and has letters, digits, dots, dashes and underscores',
    })
    .describe('Unique over all case files, and never changed: history hangs on it'),
  name: name.describe('What holds when it passes'),
  ...sharedShape,
  matrix: z.record(z.string(), z.unknown()).optional().describe('One test per combination; `without` leaves some out'),
  without: z.array(values).optional(),
  setup: steps.optional().describe('Steps before; a failure here makes the case errored or failed like any other'),
  steps: steps.min(1, { error: 'a case needs at least one step' }),
  teardown: steps.optional().describe('Steps after, whatever happened; each runs even if the one before failed'),
})

export const fileShape = z.strictObject({
  suite: name.describe('Path-like name of the suite: replication/lag'),
  ...sharedShape,
  targets: z
    .array(z.union([name, z.strictObject({ name, exclusive: z.boolean().optional() })]))
    .optional()
    .describe('The systems it runs against, from assay.config.ts'),
  use: names.optional().describe('Files of shared actions, relative to this one'),
  setup: steps.optional().describe('Steps before the first case; a failure blocks all cases of the file'),
  teardown: steps.optional().describe('Steps after the last case, whatever happened'),
  cases: z.array(z.unknown()).min(1, { error: 'a suite needs at least one case' }),
})

export const compositeFileShape = z.strictObject({
  about: z.string().optional(),
  actions: z.record(
    z.string(),
    z.strictObject({
      about: z.string().describe('What it does, in a sentence'),
      parameters: z
        .record(
          z.string(),
          z.strictObject({ about: z.string().optional(), default: z.unknown().optional() }).nullable(),
        )
        .optional(),
      steps: steps.min(1),
      result: z.unknown().optional().describe('What the step that uses it sees as its result'),
    }),
  ),
})

export const parallelSchema = z.array(z.unknown()).min(1).describe('Steps that run side by side')
export const joinSchema = z.string().describe('Wait for a background step, and look at its result')

/** JSON Schema (draft-07) of a case file for editors: every registered action is a key of a step. */
export function caseJsonSchema(registry: CaseRegistry): object {
  const actions = Object.fromEntries(
    [...registry.actions.values()]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(action => [action.name, z.union([action.input, z.null()]).optional().describe(action.about)]),
  )
  const step: z.ZodType = z.lazy(() =>
    z.strictObject({
      ...stepShape,
      ...actions,
      parallel: z.array(step).optional().describe('Steps that run side by side'),
      join: joinSchema.optional(),
    }),
  )
  const list = z.array(step)
  const one = z.strictObject({
    ...caseShape.shape,
    setup: list.optional(),
    steps: list.min(1),
    teardown: list.optional(),
  })
  const file = z.strictObject({
    ...fileShape.shape,
    setup: list.optional(),
    teardown: list.optional(),
    cases: z.array(one).min(1),
  })
  const schema = z.toJSONSchema(file, { target: 'draft-7', io: 'input', unrepresentable: 'any' }) as Record<
    string,
    unknown
  >
  return { ...(allowShared(allowReferences(schema)) as object), title: 'assay case file' }
}

/** Shared actions of `use` files have dotted names that the schema cannot know: they are checked when the file is loaded. */
function allowShared(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(allowShared)
  if (schema === null || typeof schema !== 'object') return schema
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, allowShared(value)]))
  const { properties } = inner as { properties?: Readonly<Record<string, unknown>> }
  const isStep = properties !== undefined && 'eventually' in properties && 'background' in properties
  return isStep ? { ...inner, patternProperties: { '^[a-z][a-z0-9_]*(\\.[a-z0-9_]+)+$': {} } } : inner
}

const REFERENCE = { type: 'string', pattern: '^\\$\\(\\S+\\)$' }

/** A `$(path)` may stand wherever a number, a truth, a list or a map may. */
function allowReferences(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(allowReferences)
  if (schema === null || typeof schema !== 'object') return schema
  const inner = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => {
      if (key === 'properties')
        return [
          key,
          Object.fromEntries(
            Object.entries(value).map(([name, property]) => [name, orReference(allowReferences(property))]),
          ),
        ]
      return [key, allowReferences(value)]
    }),
  )
  return inner
}

function orReference(schema: unknown): unknown {
  const { description, ...rest } = schema as { description?: string; type?: string; anyOf?: unknown[] }
  if (!['number', 'integer', 'boolean'].includes(String(rest.type))) return schema
  return { ...(description === undefined ? {} : { description }), anyOf: [rest, REFERENCE] }
}
