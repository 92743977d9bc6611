import { z } from 'zod'

/** How a job type is answered, and what it takes. Sources: reference 1.7 and 1.8. */
export type JobType = {
  /** `sync`: the answer holds the result. `async`: the answer holds a job id. */
  readonly mode: 'sync' | 'async'
  readonly about: string
  readonly paras: z.ZodObject
}

const id = () => z.union([z.int().min(1), z.string().regex(/^\d+$/)])
const text = () => z.string().min(1)
const count = () => z.int().min(1).max(256)
const megabytes = (what: string) => z.int().min(1).optional().describe(`${what}, MB`)
const flag = () => z.boolean().optional()
const port = () => z.int().min(1).max(65_535)
const hosts = () =>
  z
    .array(text())
    .optional()
    .describe('Registered hosts of that type; hosts are reused when there are fewer than needed')
/** `HH:MM:SS-HH:MM:SS`. */
const period = () => z.string().regex(/^\d\d:\d\d:\d\d-\d\d:\d\d:\d\d$/)
/** `YYYY-MM-DD HH:MM:SS`, in the time zone of the metadata. */
const moment = () => z.string().regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
const masterInfo = () =>
  z.strictObject({
    meta_db: text().describe('`ip:port,ip:port` of the metadata of the primary cluster'),
    cluster_id: id(),
  })

const async_ = (about: string, shape: z.ZodRawShape): JobType => ({
  mode: 'async',
  about,
  paras: z.strictObject(shape),
})
const sync = (about: string, shape: z.ZodRawShape): JobType => ({ mode: 'sync', about, paras: z.strictObject(shape) })

const instance = () => ({ hostaddr: text(), port: port() })

/** Every job type of reference 1.8 that one of the two product lines takes. */
export const JOB_TYPES = {
  create_cluster: async_('Creates a cluster: shards of storage nodes, and compute nodes before them.', {
    nick_name: z.string().optional().describe('Free text, may repeat'),
    ha_mode: z.enum(['no_rep', 'mgr', 'rbr']).default('rbr').describe('no_rep: one node per shard, no replication'),
    shards: count(),
    nodes: count().describe('Storage nodes of each shard, its primary included'),
    comps: count().describe('Compute nodes'),
    max_storage_size: z.int().min(1).default(20).describe('GB'),
    max_connections: z.int().min(1).default(200),
    cpu_cores: z.int().min(1).default(1),
    innodb_size: z.int().min(1).default(64).describe('Buffer pool: MB from product 1.1 on, GB in 1.0'),
    dbcfg: z.int().min(0).max(1).optional().describe('1: the small-memory template'),
    fullsync_level: z.int().min(0).optional().describe('Replicas that must acknowledge a commit, less than nodes'),
    computer_user: text().optional().describe('Default abc'),
    computer_password: text().optional().describe('Default abc'),
    storage_iplists: hosts(),
    computer_iplists: hosts(),
    cpu_limit_mode: z.enum(['quota', 'share']).optional().describe('From 1.1'),
    rocksdb_block_cache_size_M: megabytes('From 1.1: RocksDB block cache'),
    data_storage_MB: megabytes('From 1.1: space for data'),
    log_storage_MB: megabytes('From 1.1: space for logs'),
    install_proxysql: flag().describe('From 1.1'),
    conf_degrade_state: z.enum(['ON', 'OFF']).optional().describe('From 1.2'),
    conf_degrade_time: z.int().min(1).optional().describe('Seconds without enough replicas until fullsync is given up'),
    enable_backup_encrypt: flag().describe('From 1.2'),
    backup_encrypt_key: text().optional(),
    enable_global_mvcc: flag().describe('From 1.2'),
    node_distribution: text().optional(),
    comp_distribution: text().optional(),
  }),
  delete_cluster: async_('Deletes a cluster, by id or by name.', {
    cluster_id: id().optional(),
    cluster_name: text().optional(),
    nick_name: z.string().optional(),
  }),
  add_shards: async_('Adds shards to a cluster.', {
    cluster_id: id(),
    shards: count(),
    nodes: count(),
    storage_iplists: hosts(),
  }),
  delete_shard: async_('Deletes a shard; the last one is refused.', { cluster_id: id(), shard_id: id() }),
  add_comps: async_('Adds compute nodes to a cluster.', {
    cluster_id: id(),
    comps: count(),
    computer_iplists: hosts(),
  }),
  delete_comp: async_('Deletes a compute node; the last one is refused.', { cluster_id: id(), comp_id: id() }),
  add_nodes: async_('Adds replicas to a shard, or to every shard.', {
    cluster_id: id(),
    shard_id: id().optional().describe('Without it every shard gets as many'),
    nodes: count(),
    storage_iplists: hosts(),
  }),
  delete_node: async_('Deletes a replica; a primary and a last node are refused.', {
    cluster_id: id(),
    shard_id: id(),
    ...instance(),
  }),
  rebuild_node: async_('Replaces the data of replicas by a copy.', {
    cluster_id: id(),
    shard_id: id(),
    rb_nodes: z.array(
      z.strictObject({
        ...instance(),
        need_backup: z.boolean().default(false),
        hdfs_host: text().default('hdfs'),
        pv_limit: z.int().min(1).default(10).describe('MB/s'),
      }),
    ),
    allow_pull_from_master: z.boolean().default(true),
    allow_replica_delay: z.int().min(0).default(15).describe('Seconds'),
  }),
  expand_cluster: async_('Moves tables from one shard to another of the cluster.', {
    cluster_id: id(),
    src_shard_id: id(),
    dst_shard_id: id(),
    table_list: z
      .array(text())
      .optional()
      .describe('`db.schema.table`, the names on compute nodes. Without it the three largest'),
    drop_old_table: flag(),
    policy: z.enum(['top_hit', 'top_size']).optional(),
  }),
  get_expand_table_list: sync('Proposes tables to move: `{ table_list }`, comma separated.', {
    cluster_id: id(),
    shard_id: id(),
    policy: z.enum(['top_hit', 'top_size']).default('top_size'),
    compute_ip: text().optional(),
    compute_port: port().optional(),
    compute_database: text().optional(),
  }),
  table_repartition: async_('Copies tables into tables of another shape or cluster, which must exist.', {
    src_cluster_id: id(),
    dst_cluster_id: id(),
    repartition_tables: text().describe(
      '`db_$$_schema.table=>db_$$_schema.table`, comma separated: the names on storage nodes',
    ),
    del_src_table: flag(),
    del_resv_day: z.int().min(0).optional(),
  }),
  del_table_partition_source_table: async_('Deletes the source tables of a repartition.', {
    cluster_id: id().describe('The source cluster'),
    table_partition_id: id().describe('Id of the table_repartition job'),
  }),
  manual_backup_cluster: async_('Asks for a full backup. The job only sets a flag: await the shard_coldbackup jobs.', {
    cluster_id: id(),
    nick_name: z.string().optional(),
  }),
  update_cluster_coldback_time_period: async_('Sets when backups run.', {
    cluster_id: id(),
    time_period_str: period(),
  }),
  cluster_restore: async_('Restores a cluster to a time into another of as many shards, whose content is replaced.', {
    src_cluster_id: id(),
    dst_cluster_id: id(),
    restore_time: moment().describe('After the last full backup, in the time zone of the storage nodes'),
  }),
  logical_backup: async_('Backs up databases, schemas or tables by name.', {
    cluster_id: id(),
    backup_type: z.enum(['db', 'schema', 'table']).default('table'),
    backup: z.array(
      z.strictObject({
        db_table: text().describe('`db`, `db_$$_schema` or `db_$$_schema.table`'),
        backup_time: period().default('01:00:00-02:00:00'),
      }),
    ),
  }),
  logical_restore: async_('Restores databases, schemas or tables from logical backups.', {
    src_cluster_id: id(),
    dst_cluster_id: id(),
    restore_type: z.enum(['db', 'schema', 'table']).default('table'),
    restore: z.array(z.strictObject({ db_table: text(), restore_time: moment(), new_db_table: text().optional() })),
  }),
  create_rcr: async_('Makes a cluster follow another one, read only.', {
    master_info: masterInfo(),
    cluster_id: id().describe('The following cluster'),
    skip_sync_roles: z.string().optional().describe('Comma separated'),
    delay_sync: z.int().min(0).optional().describe('Seconds'),
    sync_host_delay: z.int().min(0).optional(),
    slave_rcr_meta: text().optional(),
  }),
  delete_rcr: async_('Ends it: both clusters are writable and independent.', {
    master_info: masterInfo(),
    cluster_id: id(),
  }),
  manualsw_rcr: async_('Lets the two clusters change roles.', {
    master_info: masterInfo().optional().describe('When it is sent to the following side'),
    slave_info: masterInfo().optional().describe('When it is sent to the leading side'),
    cluster_id: id(),
    allow_sw_delay: z.int().min(0).default(5).describe('Seconds'),
  }),
  modify_rcr: async_('Stops or starts following, or changes its delay.', {
    master_info: masterInfo().optional(),
    slave_info: masterInfo().optional(),
    cluster_id: id(),
    work_mode: z.enum(['modify_sync_delay', 'stop_rcr', 'start_rcr']),
    sync_delay: z.int().min(0).optional().describe('Seconds, for modify_sync_delay'),
  }),
  manual_switch: async_('Makes a replica the primary of its shard.', {
    cluster_id: id(),
    shard_id: id(),
    master_hostaddr: z
      .string()
      .regex(/^.+_\d+$/)
      .describe('`ip_port` of the primary'),
    assign_hostaddr: z
      .string()
      .regex(/^.+_\d+$/)
      .optional()
      .describe('`ip_port` of the replica to take over'),
  }),
  set_noswitch: sync('Keeps a shard from failing over for a time.', {
    cluster_id: z.union([id(), z.literal('all')]),
    shard_id: id().optional(),
    timeout: z.int().min(1).describe('Seconds'),
    type: z.int().default(1),
  }),
  del_noswitch: sync('Lets it fail over again.', { cluster_id: id(), shard_id: id().optional() }),
  list_noswitch: sync('Lists them: `{ value: [...] }`.', { cluster_id: z.union([id(), z.literal('all')]) }),
  update_shard_degrade_conf: sync('Sets whether and when fullsync is given up.', {
    cluster_id: id(),
    shard_id: id(),
    conf_degrade_state: z.enum(['ON', 'OFF']),
    conf_degrade_time: z.int().min(1).optional().describe('Seconds'),
  }),
  control_instance: async_('Stops, starts or restarts one instance.', {
    ...instance(),
    control: z.enum(['stop', 'start', 'restart']),
    machine_type: z.enum(['storage', 'computer']).optional(),
  }),
  update_instance_cgroup: async_('Sets the share of the processors that an instance gets.', {
    ip: text(),
    port: port(),
    type: z.enum(['mysql', 'pg']).default('mysql'),
    cpu_cores: z.int().min(1),
    cgroup_mode: z.enum(['quota', 'share']).default('quota'),
  }),
  raft_mission: async_('Moves the leader of cluster_mgr, or changes its members.', {
    task_type: z.enum(['transfer_leader', 'add_peer', 'remove_peer']),
    target_leader: text().optional().describe('`ip:port`'),
    peer: text().optional(),
  }),
  cluster_debug: sync('Sets or clears debug points; debug builds only.', {
    keyword: text().describe('Comma separated'),
    op_type: z.enum(['add', 'del']).default('add'),
  }),
  create_machine: async_('Registers a host.', {
    machine_type: z.enum(['storage', 'computer']),
    hostaddr: text(),
    rack_id: z.union([z.int(), text()]).default('1'),
    datadir: text().default('/data'),
    logdir: text().default('/log'),
    wal_log_dir: text().default('/wal'),
    comp_datadir: text().default('/comp'),
    port_range: z
      .string()
      .regex(/^\d+-\d+$/)
      .optional(),
    total_mem: z.int().min(1).default(8192).describe('MB'),
    total_cpu_cores: z.int().min(1).default(8),
  }),
  delete_machine: async_('Takes a host out; refused while instances use it.', {
    machine_type: z.enum(['storage', 'computer']),
    hostaddr: text(),
  }),
  update_machine: async_('Changes a host. Product 1.0 accepts it and never ends it: give a deadline.', {
    machine_type: z.enum(['storage', 'computer']),
    hostaddr: text(),
    rack_id: z.union([z.int(), text()]).optional(),
    datadir: text().optional(),
    logdir: text().optional(),
    wal_log_dir: text().optional(),
    comp_datadir: text().optional(),
    total_mem: z.int().min(1).optional().describe('MB'),
    total_cpu_cores: z.int().min(1).optional(),
  }),
  set_machine: async_('Takes a host out of use, or into it. Documented only: product 1.0 refuses it as unknown.', {
    machine_type: z.enum(['storage', 'computer']).optional(),
    hostaddr: text(),
    node_stats: z.enum(['running', 'idle', 'dead']),
  }),
  create_backup_storage: async_('Registers where backups go.', {
    name: text(),
    stype: z.string().default('HDFS'),
    hostaddr: text(),
    port: port(),
  }),
  update_backup_storage: async_('Changes where backups go.', {
    name: text(),
    stype: z.string().default('HDFS'),
    hostaddr: text(),
    port: port(),
  }),
  delete_backup_storage: async_('Takes it out.', { name: text() }),
  get_meta_mode: sync('How the metadata are replicated: `{ mode }`.', {}),
  get_meta_summary: sync('The metadata nodes: `{ list_meta: [{ hostaddr, port, master, status }] }`.', {}),
  get_meta: sync('The metadata nodes, from 1.1 on.', {}),
  get_backup_storage: sync('`{ list_backup_storage: [{ name, stype, hostaddr, port }] }`.', {}),
  get_cluster_summary: sync('`{ list_cluster: [{ cluster_id, cluster_name, nick_name, shards, comps, … }] }`.', {}),
  get_machine_summary: sync('`{ list_machine: [{ hostaddr, status }] }`.', {}),
  get_cluster_detail: sync('One cluster; `work_mode` tells the product line.', { cluster_name: text() }),
  get_variable: sync('A variable of one instance: `{ result, value }`.', { ...instance(), variable: text() }),
  set_variable: sync('Sets a variable of one instance.', {
    ...instance(),
    variable: text(),
    type: z.enum(['int', 'string']),
    value: z.union([z.string(), z.number()]),
  }),
} as const satisfies Record<string, JobType>

export type JobName = keyof typeof JOB_TYPES
export const JOB_NAMES = Object.keys(JOB_TYPES) as readonly JobName[]

/** What a caller writes: numbers may be numbers, defaults may be left out. */
export type JobParas<Name extends JobName> = z.input<(typeof JOB_TYPES)[Name]['paras']>
