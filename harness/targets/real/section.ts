import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { z } from 'zod'
import { type IniFile, readIni } from '../../config/ini-file.ts'

/** The file that names the servers of the real tier: ASSAY_REAL_INI, else conf/real.ini of the project. */
export function realIni(): string {
  return process.env.ASSAY_REAL_INI || join('conf', 'real.ini')
}

/** Why the real tier cannot run a target: no file, or no section in it. Undefined when it can. */
export async function sectionMissing(section: string): Promise<string | undefined> {
  const file = realIni()
  if (!existsSync(file)) return `${file} does not exist`
  return readIni(file).sections.has(section) ? undefined : `${file} has no section [${section}]`
}

/** The section's settings. Errors name file, line and key. */
export async function readSection<Schema extends z.ZodObject>(
  name: string,
  schema: (fields: typeof import('../../config/fields.ts'), zod: typeof z) => Schema,
): Promise<z.output<Schema>> {
  // Loaded late, with zod: the keeper of an embedded run has no use for it.
  const [{ z: zod }, fields, { checkSettings }] = await Promise.all([
    import('zod'),
    import('../../config/fields.ts'),
    import('../../config/settings.ts'),
  ])
  const ini = readIni(realIni())
  // Sections of other targets are checked where these are leased.
  const own: IniFile = { file: ini.file, sections: new Map([...ini.sections].filter(([other]) => other === name)) }
  const checked = checkSettings(own, zod.object({ [name]: schema(fields, zod) }))
  return checked[name] as z.output<Schema>
}
