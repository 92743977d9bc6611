import { expect, test } from 'vitest'
import { FrameReader, frameHead } from './frames.ts'

const frame = (message: unknown, payload = Buffer.alloc(0)): Buffer =>
  Buffer.concat([frameHead(message, payload.length), payload])

test('frames arrive whole, however the stream cuts them', () => {
  const payload = Buffer.from(Array.from({ length: 5000 }, (_, index) => index & 255))
  const bytes = Buffer.concat([frame({ m: 'Write', a: ['/数据'] }, payload), frame({ r: 1 }), frame({ r: 2 }, payload)])
  for (const size of [1, 7, 8, 9, 4096, bytes.length]) {
    const reader = new FrameReader()
    const frames = []
    for (let at = 0; at < bytes.length; at += size) frames.push(...reader.push(bytes.subarray(at, at + size)))
    expect(frames.map(one => one.message)).toEqual([{ m: 'Write', a: ['/数据'] }, { r: 1 }, { r: 2 }])
    expect(frames[0]?.payload.equals(payload)).toBe(true)
    expect(frames[2]?.payload.equals(payload)).toBe(true)
  }
})

test('integers beyond 2^53 keep their digits', () => {
  expect(frameHead({ a: [18446744073709551615n] }, 0).toString('utf8', 8)).toBe('{"a":[18446744073709551615]}')
})
