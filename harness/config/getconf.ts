import { resolve } from 'node:path'
import { z } from 'zod'
import { AssayError } from '../errors.ts'
import type { Secret } from '../log/secret.ts'
import { commaList, port, secretText, text } from './fields.ts'
import { type Environment, readSettings } from './settings.ts'

/** Hosts to install on; `all` means every host that the metadata knows. */
const hosts = () =>
  commaList(text()).transform((list): readonly string[] | 'all' => (list.join() === 'all' ? 'all' : list))

const clusterMgr = z.strictObject({
  comp_iplists: hosts(),
  stor_iplists: hosts(),
  hdfs_host: text().optional(),
  hdfs_port: port().optional(),
  hdfs_user: text().optional(),
  config_variables_path: text().optional(),
})

const klustronMetadata = z
  .strictObject({
    host: commaList(text()),
    port: commaList(port()),
    user: text(),
    pass: secretText(),
    sys_user: text().optional(),
  })
  .superRefine((section, context) => {
    if (section.host.length !== section.port.length || section.host.length === 0) {
      const message = `lists ${section.port.length} ports for ${section.host.length} hosts`
      context.addIssue({ code: 'custom', path: ['port'], message })
    }
  })

const CDC_TEXTS = ['cdc_host', 'cdc_user', 'cdc_home'] as const
const MARIADB_TEXTS = ['host', 'user', 'sys_user', 'home', 'data', 'defaults_file'] as const

function cdcShape(): Record<string, z.ZodType> {
  const shape: Record<string, z.ZodType> = { cdc_host: text().optional(), cdc_port: port().optional() }
  for (const n of [1, 2]) {
    for (const key of CDC_TEXTS) shape[`${key}_${n}`] = text().optional()
    for (const key of MARIADB_TEXTS) shape[`mariadb_${key}_${n}`] = text().optional()
    shape[`cdc_port_${n}`] = port().optional()
    shape[`mariadb_port_${n}`] = port().optional()
    shape[`mariadb_password_${n}`] = secretText().optional()
  }
  return shape
}

const SCHEMA = z.strictObject({
  cluster_mgr: clusterMgr.optional(),
  klustron_metadata: klustronMetadata.optional(),
  cdc_info: z.strictObject(cdcShape()).optional(),
})

export type ClusterMgrSettings = {
  readonly compIplists: readonly string[] | 'all'
  readonly storIplists: readonly string[] | 'all'
  readonly hdfsHost?: string
  readonly hdfsPort?: number
  readonly hdfsUser?: string
  readonly configVariablesPath?: string
}

export type MetadataSettings = {
  /** The original's `host` and `port` lists, paired by position. */
  readonly nodes: readonly { readonly host: string; readonly port: number }[]
  readonly user: string
  readonly password: Secret
  /** The account for ssh on the hosts. */
  readonly sysUser?: string
}

/** The keys of the section as the file spells them; passwords are Secrets, ports numbers. */
export type CdcSettings = Readonly<Record<string, string | number | Secret | undefined>>

/**
 * Seed 000's `getconf.get_conf_info()` (reference klustron.md 4.1): the sections of `conf/config.conf`, read once, checked
 * whole. Throws the ASSAY_CONFIG_… errors; a section that is asked for and absent is ASSAY_CONFIG_MISSING_KEY.
 */
export class ConfInfo {
  /** Absolute path of the file. */
  readonly file: string
  readonly #settings: z.output<typeof SCHEMA>

  constructor(file = 'conf/config.conf', environment: Environment = process.env) {
    this.file = resolve(file)
    this.#settings = readSettings(this.file, SCHEMA, environment)
  }

  clusterMgr(): ClusterMgrSettings {
    const section = this.#section('cluster_mgr')
    return {
      compIplists: section.comp_iplists,
      storIplists: section.stor_iplists,
      hdfsHost: section.hdfs_host,
      hdfsPort: section.hdfs_port,
      hdfsUser: section.hdfs_user,
      configVariablesPath: section.config_variables_path,
    }
  }

  klustronMetadata(): MetadataSettings {
    const section = this.#section('klustron_metadata')
    return {
      nodes: section.host.map((host, index) => ({ host, port: section.port[index] as number })),
      user: section.user,
      password: section.pass,
      sysUser: section.sys_user,
    }
  }

  /** Absent where the file has no such section. */
  cdcInfo(): CdcSettings | undefined {
    return this.#settings.cdc_info as CdcSettings | undefined
  }

  #section<Name extends 'cluster_mgr' | 'klustron_metadata'>(name: Name): NonNullable<z.output<typeof SCHEMA>[Name]> {
    const section = this.#settings[name]
    if (section === undefined) {
      throw new AssayError('ASSAY_CONFIG_MISSING_KEY', `section [${name}] is missing`, { where: { file: this.file } })
    }
    return section as NonNullable<z.output<typeof SCHEMA>[Name]>
  }
}
