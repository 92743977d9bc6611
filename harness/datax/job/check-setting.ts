import type { Checking } from './checking.ts'
import { shown } from './checking.ts'
import type { JsonNode } from './json.ts'
import { nodeAt, textOf } from './json-node.ts'
import { PLACES } from './plugin-keys.ts'

const positive = (node: JsonNode | undefined): boolean => node !== undefined && Number(textOf(node)) > 0

/** `job.setting`: speed and limits (reference 1.2 and 1.3). */
export function checkSetting(checking: Checking, root: JsonNode): void {
  const job = nodeAt(root, 'job')
  const setting = nodeAt(job, 'setting')
  checking.keys(setting, PLACES.setting as readonly string[], 'job.setting')
  checkSpeed(checking, root, nodeAt(setting, 'speed') ?? setting ?? job ?? root, nodeAt(setting, 'speed'))
  checkErrorLimit(checking, setting ?? job ?? root, nodeAt(setting, 'errorLimit'))
}

function checkSpeed(checking: Checking, root: JsonNode, at: JsonNode, speed: JsonNode | undefined): void {
  const perChannel = nodeAt(root, 'core', 'transport', 'channel', 'speed')
  checking.keys(speed, PLACES.speed as readonly string[], 'speed')
  if (speed && speed.kind !== 'object') {
    checking.say(speed.at, {
      code: 'DATAX_NO_SPEED',
      message: `speed must be an object, and is ${shown(speed)}`,
      dataxCode: 'Framework-03',
      hint: 'Write { "channel": 1 }.',
    })
    return
  }
  for (const name of PLACES.speed as readonly string[]) {
    const node = nodeAt(speed, name)
    if (node && node.kind !== 'null' && !/^-?\d+$/.test(textOf(node) ?? ''))
      checking.say(node.at, {
        code: 'DATAX_TYPE',
        message: `"${name}" of speed must be an integer, and is ${shown(node)}`,
        dataxCode: 'Common-00',
      })
  }
  const limiting = ['byte', 'record'].filter(name => positive(nodeAt(speed, name)))
  for (const name of limiting) {
    if (positive(nodeAt(perChannel, name))) continue
    checking.say((nodeAt(speed, name) as JsonNode).at, {
      code: 'DATAX_SPEED_CORE',
      message: `"${name}" of speed needs core.transport.channel.speed.${name}, what one channel may do: DataX dies without it`,
      hint: `Add "core": {"transport": {"channel": {"speed": {"${name}": …}}}} beside "job".`,
      dataxCode: 'Framework-03',
    })
  }
  const channel = nodeAt(speed, 'channel')
  if (limiting.length > 0 && channel)
    checking.say(channel.at, {
      code: 'DATAX_SPEED_IGNORED',
      severity: 'warning',
      message: `"channel" is ignored, since "${limiting[0]}" is set; the number of channels comes from that`,
    })
  if (limiting.length === 0 && !positive(channel))
    checking.say((channel ?? at).at, {
      code: 'DATAX_NO_SPEED',
      message: channel
        ? `the channel number must be above 0, and is ${shown(channel)}: Job运行速度必须设置`
        : 'job.setting.speed has no channel, byte or record, and there is no default: Job运行速度必须设置',
      hint: 'Add "setting": {"speed": {"channel": 1}} to "job".',
      dataxCode: 'Framework-03',
    })
}

function checkErrorLimit(checking: Checking, at: JsonNode, limit: JsonNode | undefined): void {
  checking.keys(limit, PLACES.errorLimit as readonly string[], 'errorLimit')
  const given = (name: string): JsonNode | undefined => {
    const node = nodeAt(limit, name)
    return node === undefined || (textOf(node) ?? '') === '' ? undefined : node
  }
  const record = given('record')
  const percentage = given('percentage')
  if (!record && !percentage) {
    checking.say(at.at, {
      code: 'DATAX_NO_ERROR_LIMIT',
      severity: 'warning',
      message: 'without errorLimit DataX drops any number of dirty records and exits with 0 (strict mode bears none)',
      hint: 'Add "errorLimit": {"record": 0} to job.setting.',
    })
  }
  if (record && !/^\d+$/.test(textOf(record) ?? ''))
    checking.say(record.at, {
      code: 'DATAX_VALUE',
      message: `errorLimit.record must be an integer from 0, and is ${shown(record)}`,
      dataxCode: 'Framework-03',
    })
  const share = Number(percentage && textOf(percentage))
  if (percentage && !(share >= 0 && share <= 1))
    checking.say(percentage.at, {
      code: 'DATAX_VALUE',
      message: `errorLimit.percentage must lie between 0 and 1, and is ${shown(percentage)}`,
      dataxCode: 'Framework-03',
    })
  if (record && percentage)
    checking.say(percentage.at, {
      code: 'DATAX_ERROR_LIMIT',
      severity: 'warning',
      message: 'percentage is ignored, since record is set',
    })
}
