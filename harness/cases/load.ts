import { AssayError } from '../errors.ts'
import { CaseText, type Path } from './case-text.ts'
import { type CompositeSource, parseComposites } from './composites.ts'
import { parseCondition } from './condition.ts'
import { parseDuration } from './duration.ts'
import { expandMatrix } from './expand.ts'
import { isPlainObject } from './interpolate.ts'
import { check } from './issues.ts'
import type {
  CaseDefinition,
  CaseFile,
  Cell,
  Composite,
  EvidenceRequest,
  Known,
  Limit,
  Shared,
  TargetUse,
} from './model.ts'
import type { CaseRegistry } from './registry.ts'
import { caseShape, fileShape } from './schema.ts'
import { COMMON_NAMES, checkReferences, checkStepReferences } from './static-references.ts'
import { parseSteps, withoutUndefined } from './steps.ts'
import { didYouMean } from './suggest.ts'

/** Everything that is wrong with a case file, in the order of its lines. */
export class CaseFileError extends AssayError {
  readonly problems: readonly AssayError[]

  constructor(problems: readonly AssayError[]) {
    const sorted = [...problems].sort(
      (a, b) => (a.where?.line ?? 0) - (b.where?.line ?? 0) || (a.where?.column ?? 0) - (b.where?.column ?? 0),
    )
    const first = sorted[0] as AssayError
    super(first.code, first.message, { where: first.where, hint: first.hint, cause: first.cause })
    this.problems = sorted
  }
}

export type LoadOptions = {
  readonly file: string
  readonly text: string
  readonly registry: CaseRegistry
  /** Text of a file of `use`, and its name for messages; the path is relative to the case file. */
  readonly read: (use: string) => CompositeSource
}

/** A case file from its text: checked, with places, its matrices expanded. Throws CaseFileError. */
export function loadCaseFile({ file, text, registry, read }: LoadOptions): CaseFile {
  const problems: AssayError[] = []
  try {
    const source = new CaseText(file, text)
    const loaded = new FileLoader(source, registry, problems).load(read)
    if (problems.length > 0 || !loaded) throw new CaseFileError(problems)
    return loaded
  } catch (error) {
    if (error instanceof AssayError && !(error instanceof CaseFileError)) throw new CaseFileError([error, ...problems])
    throw error
  }
}

class FileLoader {
  readonly #source: CaseText
  readonly #registry: CaseRegistry
  readonly #problems: AssayError[]
  #composites: Record<string, Composite> = {}

  constructor(source: CaseText, registry: CaseRegistry, problems: AssayError[]) {
    this.#source = source
    this.#registry = registry
    this.#problems = problems
  }

  load(read: LoadOptions['read']): CaseFile | undefined {
    const raw = this.#source.value
    if (raw === null || raw === undefined)
      throw new AssayError('ASSAY_CASE_EMPTY', 'the file is empty', {
        where: { file: this.#source.file, line: 1, column: 1 },
      })
    this.#problems.push(...check(fileShape, raw, this.#source, []))
    if (!isPlainObject(raw) || !Array.isArray(raw.cases)) return undefined
    const uses = Array.isArray(raw.use) ? raw.use.map(String) : []
    const sources = uses.map((use, index) => this.#readUse(read, use, ['use', index]))
    this.#composites = parseComposites(sources, this.#registry, this.#problems)

    const shared = this.#shared(raw, [])
    const names = new Set<string>([...COMMON_NAMES, ...Object.keys(shared.vars)])
    checkReferences(shared.vars, ['vars'], names, { source: this.#source, problems: this.#problems })
    checkStepReferences(shared.setup, names, { source: this.#source, problems: this.#problems })
    checkStepReferences(shared.teardown, names, { source: this.#source, problems: this.#problems })
    for (const composite of Object.values(this.#composites)) this.#checkComposite(composite, sources)
    const cases = raw.cases.flatMap((one, index) => this.#case(one, ['cases', index], names) ?? [])
    this.#checkIds(cases)
    return withoutUndefined({
      ...shared,
      file: this.#source.file,
      suite: String(raw.suite),
      about: raw.about as string | undefined,
      place: this.#source.place(['suite']),
      targets: this.#targets(raw.targets),
      cases,
      composites: this.#composites,
      uses: sources.map(({ file }) => file),
    })
  }

  #case(raw: unknown, path: Path, fileNames: ReadonlySet<string>): CaseDefinition | undefined {
    const wrong = check(caseShape, raw, this.#source, path)
    this.#problems.push(...wrong)
    if (!isPlainObject(raw)) return undefined
    const shared = this.#shared(raw, path)
    const matrix = this.#matrix(raw, path)
    const names = new Set([...fileNames, ...Object.keys(matrix.names), ...Object.keys(shared.vars)])
    const context = { source: this.#source, problems: this.#problems }
    checkReferences(shared.vars, [...path, 'vars'], names, context)
    checkReferences(
      raw.name,
      [...path, 'name'],
      new Set([...Object.keys(matrix.names), ...Object.keys(shared.vars), 'case']),
      context,
    )
    const steps = parseSteps(raw.steps, [...path, 'steps'], this.#stepContext())
    checkStepReferences(shared.setup, names, context)
    checkStepReferences(steps, names, context)
    checkStepReferences(shared.teardown, names, context)
    // the rest was read so that all of the case's mistakes are told at once
    if (wrong.length > 0) return undefined
    return withoutUndefined({
      ...shared,
      id: String(raw.id),
      name: String(raw.name),
      about: raw.about as string | undefined,
      place: this.#source.place([...path, 'id']),
      path,
      cells: matrix.cells,
      steps,
    })
  }

  #shared(raw: Readonly<Record<string, unknown>>, path: Path): Shared {
    const strings = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])
    const tags = strings(raw.tags)
    this.#checkListed(tags, [...path, 'tags'], this.#registry.tags, 'ASSAY_CASE_UNKNOWN_TAG')
    if (typeof raw.owner === 'string')
      this.#checkListed([raw.owner], [...path, 'owner'], this.#registry.owners, 'ASSAY_CASE_UNKNOWN_OWNER')
    const requires = strings(raw.requires)
    for (const [index, text] of requires.entries()) this.#checkCondition(text, [...path, 'requires', index])
    return withoutUndefined({
      owner: raw.owner as string | undefined,
      tags,
      requires,
      links: Object.fromEntries(
        Object.entries(isPlainObject(raw.links) ? raw.links : {}).map(([kind, value]) => [
          kind,
          [value].flat().map(String),
        ]),
      ),
      known: list(raw.known).map(
        (entry): Known => ({
          ticket: String(entry.ticket),
          when: (entry.when ?? {}) as Known['when'],
          error: String(entry.error),
        }),
      ),
      vars: isPlainObject(raw.vars) ? raw.vars : {},
      setup: parseSteps(raw.setup, [...path, 'setup'], this.#stepContext()),
      teardown: parseSteps(raw.teardown, [...path, 'teardown'], this.#stepContext()),
      limits: list(raw.limits).map(
        (entry, index): Limit =>
          withoutUndefined({
            place: this.#source.place([...path, 'limits', index]),
            metric: String(entry.metric),
            atLeast: entry.at_least as number | undefined,
            atMost: entry.at_most as number | undefined,
            outside: entry.outside as string | undefined,
            history: entry.history as Limit['history'],
          }),
      ),
      evidence: list(raw.evidence).map(
        (entry, index): EvidenceRequest =>
          withoutUndefined({
            place: this.#source.place([...path, 'evidence', index]),
            sql: entry.sql as string | undefined,
            file: entry.file as string | undefined,
            on: entry.on,
          }),
      ),
      skipChecks: strings(raw.skip_checks),
      timeout: this.#duration(raw.timeout),
      retry: isPlainObject(raw.retry) ? Number(raw.retry.attempts) : 0,
    })
  }

  /** The schema has said already what is wrong with a duration that cannot be read. */
  #duration(value: unknown): number | undefined {
    try {
      return value === undefined ? undefined : parseDuration(value)
    } catch {
      return undefined
    }
  }

  #matrix(
    raw: Readonly<Record<string, unknown>>,
    path: Path,
  ): { names: Readonly<Record<string, unknown>>; cells: Cell[] } {
    if (raw.matrix === undefined) return { names: {}, cells: [{}] }
    const at = [...path, 'matrix']
    const { without: inside, ...axes } = isPlainObject(raw.matrix) ? raw.matrix : {}
    const lists: Record<string, readonly unknown[]> = {}
    for (const [name, values] of Object.entries(axes)) {
      if (Array.isArray(values)) lists[name] = values
      else
        this.#problems.push(
          new AssayError('ASSAY_CASE_TYPE', `the matrix values of "${name}" must be a list`, {
            where: this.#source.place([...at, name]),
          }),
        )
    }
    const without = [...list(inside), ...list(raw.without)]
    for (const [index, cell] of without.entries()) {
      const unknown = Object.keys(cell).find(name => !(name in axes))
      const place = this.#source.place([...(inside === undefined ? path : at), 'without', index])
      if (unknown !== undefined)
        this.#problems.push(
          new AssayError(
            'ASSAY_CASE_UNKNOWN_KEY',
            `"without" names "${unknown}", which the matrix does not have${didYouMean(unknown, Object.keys(axes))}`,
            { where: place },
          ),
        )
    }
    const cells = expandMatrix(lists, without)
    if (Object.keys(axes).length === 0 || cells.length === 0) {
      this.#problems.push(
        new AssayError('ASSAY_CASE_MATRIX_EMPTY', 'the matrix expands to nothing, so the case would never run', {
          where: this.#source.keyPlace(at),
        }),
      )
    }
    return { names: axes, cells }
  }

  #targets(value: unknown): TargetUse[] {
    if (!Array.isArray(value)) return []
    return value.map((entry, index) => {
      const use =
        typeof entry === 'string'
          ? { name: entry, exclusive: false }
          : { name: String(entry?.name), exclusive: entry?.exclusive === true }
      if (!this.#registry.targets.has(use.name)) {
        const where = this.#source.place(['targets', index])
        const message = `unknown target "${use.name}"${didYouMean(use.name, this.#registry.targets.keys())}`
        this.#problems.push(
          new AssayError('ASSAY_CASE_UNKNOWN_TARGET', message, {
            where,
            hint: 'Targets are registered in assay.config.ts; `npx assay doctor` lists them.',
          }),
        )
      }
      return use
    })
  }

  #checkListed(
    values: readonly string[],
    path: Path,
    known: ReadonlySet<string>,
    code: 'ASSAY_CASE_UNKNOWN_TAG' | 'ASSAY_CASE_UNKNOWN_OWNER',
  ): void {
    const kind = code === 'ASSAY_CASE_UNKNOWN_TAG' ? 'tag' : 'owner'
    values.forEach((value, index) => {
      if (known.has(value)) return
      const where = this.#source.place(kind === 'tag' ? [...path, index] : path)
      this.#problems.push(
        new AssayError(code, `unknown ${kind} "${value}"${didYouMean(value, known)}`, {
          where,
          hint: `The list of ${kind}s is in assay.config.ts.`,
        }),
      )
    })
  }

  #checkCondition(text: string, path: Path): void {
    try {
      parseCondition(text)
    } catch (error) {
      this.#problems.push(
        new AssayError('ASSAY_CASE_CONDITION', (error as Error).message, { where: this.#source.place(path) }),
      )
    }
  }

  #checkComposite(composite: Composite, sources: readonly CompositeSource[]): void {
    const text = sources.find(({ file }) => file === composite.place.file)
    if (!text) return
    const source = new CaseText(text.file, text.text)
    const names = new Set<string>([...COMMON_NAMES, ...Object.keys(composite.parameters)])
    checkStepReferences(composite.steps, names, { source, problems: this.#problems })
    checkReferences(composite.result, ['actions', composite.name, 'result'], names, {
      source,
      problems: this.#problems,
    })
  }

  #checkIds(cases: readonly CaseDefinition[]): void {
    const seen = new Map<string, CaseDefinition>()
    for (const one of cases) {
      const first = seen.get(one.id)
      if (first) {
        const where = this.#source.place([...one.path, 'id'])
        this.#problems.push(
          new AssayError(
            'ASSAY_CASE_DUPLICATE_ID',
            `the id "${one.id}" was given before, on line ${first.place.line}`,
            { where },
          ),
        )
      } else seen.set(one.id, one)
    }
  }

  #readUse(read: LoadOptions['read'], use: string, path: Path): CompositeSource {
    try {
      return read(use)
    } catch (cause) {
      throw new AssayError('ASSAY_CASE_UNREADABLE', `"${use}" cannot be read: ${(cause as Error).message}`, {
        where: this.#source.place(path),
        cause,
      })
    }
  }

  #stepContext() {
    return { source: this.#source, registry: this.#registry, composites: this.#composites, problems: this.#problems }
  }
}

function list(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isPlainObject) : []
}
