import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AssayError } from '../errors.ts'
import { endpointList, writeClientFiles } from '../targets/client-files.ts'
import { connectKeeper } from '../targets/keeper/connect.ts'
import { startKeeper } from '../targets/keeper/start.ts'
import type { Keeper } from '../targets/lease.ts'
import { removeSection, writeSection } from '../targets/real/ini-section.ts'
import type { TargetDefinition, Tier } from '../targets/target.ts'
import { findConfig, loadConfig } from '../vitest/load-config.ts'
import type { Command } from './command.ts'
import { parseOptions, usageError } from './options.ts'

export const up: Command = {
  name: 'up',
  about: 'start targets and keep them running until Ctrl-C',
  usage: `assay up <target …> [--tier containers] [--ini FILE]

Starts targets, embedded or in containers, and prints how to connect. Passwords are not printed: they are in files that only you can
read, under reports/up-<pid>/, which the printed commands name. A section for conf/real.ini is there too (real.ini), so that
cases of the real tier can run against what was started. Everything goes with Ctrl-C.

  --tier TIER  embedded (the default) or containers
  --ini FILE   write the sections to FILE (conf/real.ini), beside others in it, and take them out again at the end`,
  async run(args, signal) {
    const { names, tier, ini } = parsed(args)
    const config = findConfig(process.cwd())
    const targets = names.map(find((await loadConfig(config)).targets))
    const folder = join('reports', `up-${process.pid}`)
    const file = ini ?? join(folder, 'real.ini')
    await using keeper = await startKeeper({ config, log: text => process.env.ASSAY_DEBUG && console.error(text) })
    await using client = await connectKeeper(keeper.socket)
    // Neither the keeper's pipes nor a signal handler keep the process alive.
    const alive = setInterval(() => {}, 60_000)
    try {
      for (const target of targets)
        await start(target, { client, tier, signal, folder: join(folder, target.name), file })
      console.log('\nCtrl-C ends it.')
      if (!signal.aborted) await Promise.race([once(signal, 'abort'), keeper.gone])
      if (!signal.aborted) throw new AssayError('ASSAY_KEEPER_LOST', 'the keeper has gone, and the servers with it')
    } finally {
      clearInterval(alive)
      if (ini !== undefined) for (const target of targets) await removeSection(ini, target.name)
      await rm(folder, { recursive: true, force: true })
    }
    return 0
  },
}

type StartOptions = {
  readonly client: Keeper
  readonly tier: Tier
  readonly signal: AbortSignal
  readonly folder: string
  readonly file: string
}

async function start(target: TargetDefinition, { client, tier, signal, folder, file }: StartOptions): Promise<void> {
  const from = performance.now()
  const lease = await client.lease({
    ...{ target: target.name, tier, mode: 'exclusive', holder: 'assay up', signal },
  })
  const seconds = ((performance.now() - from) / 1000).toFixed(1)
  const versions = Object.entries(lease.versions).map(([name, version]) => `${name} ${version}`)
  console.log(`${target.name} is up after ${seconds} s (${versions.join(', ')})\n`)
  const commands = await writeClientFiles(folder, lease.endpoints)
  // one server may play two roles under its one name
  const all = [...new Map(endpointList(lease.endpoints).map(one => [one.name, one])).values()]
  const width = Math.max(...all.map(one => one.name.length))
  for (const one of all) console.log(`  ${one.name.padEnd(width)}  ${commands.get(one)}`)
  const tries = target.tryIt?.(lease.endpoints, folder) ?? []
  if (tries.length > 0) console.log(['\nTo try:', ...tries].join('\n  '))
  if (!target.realSection) return
  await writeSection(file, target.name, target.realSection(lease.endpoints))
  console.log(
    `\n[${target.name}] of ${file} makes it a real target: ASSAY_REAL_INI=${file} npx assay run --tier real\n`,
  )
}

function find(targets: readonly TargetDefinition[]): (name: string) => TargetDefinition {
  return name => {
    const found = targets.find(one => one.name === name)
    if (found) return found
    const known = targets.map(one => one.name).join(', ')
    throw new AssayError('ASSAY_USAGE', `no target is called "${name}"; there are ${known}`)
  }
}

type Parsed = { readonly names: readonly string[]; readonly tier: Tier; readonly ini: string | undefined }

function parsed(args: readonly string[]): Parsed {
  const { values, positionals } = parseOptions('up', args, { tier: { type: 'string' }, ini: { type: 'string' } })
  if (positionals.length === 0) throw usageError('up', 'up needs the name of a target')
  const { tier = 'embedded', ini } = values
  if (tier !== 'embedded' && tier !== 'containers')
    throw usageError('up', `--tier takes embedded or containers, not "${tier}"`)
  return { names: positionals, tier, ini }
}
