import { createHash } from 'node:crypto'
import { join } from 'node:path'

/**
 * A folder name from a case's key: `embedded/KL-HA-001[signal=SIGKILL]` is `embedded/KL-HA-001_signal_SIGKILL`. Where
 * characters had to go that tell two cells apart, a part of their hash stands for them.
 */
export function evidenceName(key: string): string {
  const [tier = '', ...rest] = key.split('/')
  const name = rest.join('/')
  const readable = name.replace(/[^\p{L}\p{N}._-]+/gu, '_').replace(/^_+|_+$/g, '')
  return join(tier, isPlain(name) ? readable : `${readable}_${hash(name)}`)
}

/** A name fit for a schema or a table of this case: `kl_ha_001_signal_sigkill`. At most 57 characters. */
export function schemaName(key: string): string {
  const name = key.split('/').slice(1).join('/')
  const readable = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
  return isPlain(name) && readable.length <= 48 ? readable : `${readable.slice(0, 48)}_${hash(name)}`
}

/** Words, with the brackets, commas and equal signs that every key of a cell has. */
const isPlain = (name: string): boolean => /^[\w.-]+(\[[\w.=, -]+\])?$/.test(name)

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8)
