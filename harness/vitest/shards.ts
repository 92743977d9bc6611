import { cpSync, existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestModule } from 'vitest/node'
import { casesOf, outcomesOf } from './case-test.ts'
import type { RunContext } from './run-context.ts'

/** Brings the evidence of merged shards into this run's folder, where their run folders stand beside it. */
export function collectShards(modules: readonly TestModule[], { id, folder }: RunContext): void {
  const runs = new Set(modules.flatMap(module => casesOf(module).flatMap(outcomesOf)).map(({ run }) => run))
  for (const run of runs) {
    const evidence = join(dirname(folder), run, 'cases')
    if (run !== id && existsSync(evidence)) cpSync(evidence, join(folder, 'cases'), { recursive: true })
  }
}
