import type { Assay } from '../assay.ts'
import { AssayError } from '../errors.ts'
import { cacheFolder } from '../targets/cache.ts'
import { TIERS } from '../targets/target.ts'
import { findConfig, loadConfig } from '../vitest/load-config.ts'
import type { Command } from './command.ts'

export const doctor: Command = {
  name: 'doctor',
  about: 'show what is installed, and which targets can run here',
  usage: `assay doctor

Shows each piece of software with its version and place, or the command that brings it, and each target with its tiers. The
exit code is 3 when cases of the embedded tier cannot run.`,
  async run(args) {
    if (args.length > 0) throw new AssayError('ASSAY_USAGE', `doctor takes no arguments, "${args[0]}" was given`)
    const { lines, healthy } = await diagnose(await loadConfig(findConfig(process.cwd())))
    for (const line of lines) console.log(line)
    return healthy ? 0 : 3
  },
}

export type Diagnosis = { readonly lines: readonly string[]; readonly healthy: boolean }

export async function diagnose({ software = [], targets }: Assay): Promise<Diagnosis> {
  const programs = await Promise.all(
    software.map(async one => {
      const found = await one.find()
      const healthy = found !== undefined || !one.neededFor.includes('cases')
      return { row: [one.name, found?.version ?? 'missing', found?.path ?? `run: ${howTo(one)}`], healthy }
    }),
  )
  const tiers = await Promise.all(
    targets.flatMap(({ name, providers }) =>
      TIERS.flatMap(tier => {
        const provider = providers.find(one => one.tier === tier)
        return provider ? [describe(name, tier, provider.unavailable())] : []
      }),
    ),
  )
  const lines = [
    ...table([
      ['node', process.versions.node, process.execPath],
      ['cache', '', cacheFolder()],
    ]),
    '',
    ...table(programs.map(({ row }) => row)),
    '',
    ...table(tiers.map(({ row }) => row)),
  ]
  return { lines, healthy: [...programs, ...tiers].every(one => one.healthy) }
}

function howTo({ install, byHand }: { install?: unknown; byHand: string }): string {
  return install ? `npm run setup (or ${byHand})` : byHand
}

async function describe(
  name: string,
  tier: string,
  unavailable: Promise<string | undefined>,
): Promise<{ row: readonly string[]; healthy: boolean }> {
  const reason = await unavailable.catch((error: Error) => error.message)
  return { row: [name, tier, reason ?? 'available'], healthy: reason === undefined || tier !== 'embedded' }
}

function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = [0, 1, 2].map(column => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  return rows.map(row =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
