import { readFile } from 'node:fs/promises'
import { AssayError } from '../errors.ts'
import { Secret } from '../log/secret.ts'
import { checkService } from '../openstore/check/run-check.ts'
import { checkTable } from '../openstore/check/table.ts'
import { systemClock } from '../run/clock.ts'
import type { Command } from './command.ts'
import { parseOptions, usageError } from './options.ts'

const TOKEN = 'OPENSTORE_TOKEN'

const USAGE = `assay openstore check --url URL [--token-file FILE] [--json]

Tries every endpoint rule on an openstore deployment, with pools, sets, blocks and instances of its own that it removes again, and
prints a table: endpoint, rule, and whether it holds, differs or is not implemented. Exit code 0 when none differs, 1 otherwise. What
could not be removed is named below the table, and under "left" in JSON; it does not change the exit code.

  --url URL          http://host:port of the REST interface
  --token-file FILE  holds the bearer token; else the environment variable ${TOKEN}
  --json             print JSON`

export const openstore: Command = {
  name: 'openstore',
  about: 'try the endpoint rules on an openstore deployment',
  usage: USAGE,
  async run(args, signal) {
    const { url, tokenFile, json } = parsed(args)
    const given = tokenFile === undefined ? process.env[TOKEN] : (await readToken(tokenFile)).trim()
    const found = await checkService({
      ...{ url, clock: systemClock, signal },
      token: given === undefined || given === '' ? undefined : new Secret(given),
    })
    console.log(json ? JSON.stringify(found, null, 2) : checkTable(found))
    return found.some(one => one.verdict === 'differs') ? 1 : 0
  },
}

async function readToken(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch(cause => {
    throw new AssayError('ASSAY_USAGE', `the token file ${file} could not be read: ${cause.message}`, { cause })
  })
}

function parsed(args: readonly string[]): { url: string; tokenFile: string | undefined; json: boolean } {
  const options = { url: { type: 'string' }, 'token-file': { type: 'string' }, json: { type: 'boolean' } } as const
  const { values, positionals } = parseOptions('openstore', args, options)
  if (positionals[0] !== 'check' || positionals.length > 1)
    throw usageError('openstore', `openstore has the verb check, not "${positionals.join(' ')}"`)
  const url = URL.parse(values.url ?? '')
  if (!url || !/^https?:$/.test(url.protocol))
    throw usageError(
      'openstore',
      values.url === undefined ? '--url is missing' : `"${values.url}" is not an http address`,
    )
  return { url: values.url as string, tokenFile: values['token-file'], json: values.json ?? false }
}
