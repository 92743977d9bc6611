import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * The folder for what every checkout on this machine shares: unpacked servers, templates of data directories, folders of
 * running keepers. `ASSAY_CACHE`, else `/var/cache/assay` for root (a checkout in root's home cannot be entered by the uid
 * that servers run under), else `$XDG_CACHE_HOME/assay` or `~/.cache/assay`.
 */
export function cacheFolder(
  env: NodeJS.ProcessEnv = process.env,
  uid: number | undefined = process.getuid?.(),
): string {
  if (env.ASSAY_CACHE) return env.ASSAY_CACHE
  if (uid === 0) return '/var/cache/assay'
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'assay')
}
