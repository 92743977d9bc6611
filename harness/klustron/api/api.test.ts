import { expect, test } from 'vitest'
import { Secret } from '../../log/secret.ts'
import { checkedParas } from '../settings/checked-paras.ts'
import { jobError } from './job-error.ts'
import { JOB_NAMES } from './job-types.ts'
import { wireParas } from './paras.ts'
import { isBlank, parseReply } from './reply.ts'

test('every scalar becomes a string, lists and objects stay, undefined goes', () => {
  expect(
    wireParas({
      shards: 2,
      big: 10n,
      on: true,
      off: false,
      none: undefined,
      hosts: ['a'],
      one: { port: 1 },
      key: new Secret('s'),
    }),
  ).toEqual({ shards: '2', big: '10', on: '1', off: '0', hosts: ['a'], one: { port: '1' }, key: 's' })
})

test('both failure shapes are read, and an answer without a job id has none', () => {
  const refused = parseReply(
    '{"version":"1.0","error_code":"70001","error_info":"no","status":"failed","attachment":null}\n',
  )
  expect(refused).toEqual({ status: 'failed', code: '70001', info: 'no', attachment: null })
  expect(isBlank(refused)).toBe(true)
  const accepted = parseReply('{"error_code":"0","error_info":"","status":"accept","job_id":"57","attachment":null}')
  expect(accepted.job).toBe(57)
  expect(isBlank(accepted)).toBe(false)
  expect(() => parseReply('<html>')).toThrow('not JSON: <html>')
})

test('an error names job type and code, and hides nothing that the product said', () => {
  const error = jobError({ type: 'create_cluster', job: 7, code: '70073', info: 'bad shards' })
  expect(error.message).toBe('create_cluster (job 7) failed with 70073: bad shards')
  expect(error).toMatchObject({ code: 'ASSAY_KLUSTRON_JOB', systemCode: '70073', class: 'job_failed' })
  expect(jobError({ type: 'x', code: '70001', info: '' })).toMatchObject({
    class: 'job_refused',
    message: 'x was refused with 70001',
  })
})

test('parameters get their defaults, and a wrong one is named', () => {
  expect(checkedParas('create_cluster', { shards: 1, nodes: 1, comps: 1 }).paras).toMatchObject({
    ha_mode: 'rbr',
    max_connections: 200,
  })
  expect(() => checkedParas('create_cluster', { shards: 257, nodes: 1, comps: 1 })).toThrow(/create_cluster .*shards/)
  expect(() => checkedParas('add_comps', { cluster_id: 1, comps: 1, comp: 2 })).toThrow(/comp/)
})

test('each job type of the reference is there once', () => {
  expect(new Set(JOB_NAMES).size).toBe(JOB_NAMES.length)
  expect(JOB_NAMES).toEqual(
    expect.arrayContaining([
      'create_cluster',
      'raft_mission',
      'modify_rcr',
      'get_variable',
      'update_shard_degrade_conf',
    ]),
  )
})
