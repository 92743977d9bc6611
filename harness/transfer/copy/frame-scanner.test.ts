import { expect, test } from 'vitest'
import { FrameScanner, MESSAGE } from './frame-scanner.ts'

const message = (type: number, body: string): Buffer => {
  const bytes = Buffer.alloc(5 + Buffer.byteLength(body))
  bytes[0] = type
  bytes.writeInt32BE(bytes.length - 1, 1)
  bytes.write(body, 5)
  return bytes
}

/** Frames without a body and with one that looks like a frame, and messages before, between and after them. */
const STREAM = [
  message(MESSAGE.copyOut, 'formats'),
  message(MESSAGE.copyData, 'first'),
  message(MESSAGE.copyData, ''),
  message(MESSAGE.copyData, 'd\0\0\0\u0005d'),
  message(0x4e, 'a notice'),
  message(MESSAGE.copyData, 'x'.repeat(300)),
  message(MESSAGE.copyDone, ''),
  message(MESSAGE.complete, 'COPY 4'),
]

function scan(pieces: readonly Buffer[]) {
  const seen = {
    data: Buffer.alloc(0),
    frames: 0,
    messages: [] as string[],
    openAtTheEnd: false,
    inside: [] as boolean[],
  }
  const scanner = new FrameScanner({
    copyData(bytes, frames, open) {
      seen.data = Buffer.concat([seen.data, bytes])
      seen.frames += frames
      seen.openAtTheEnd = open
    },
    message: (type, body) => void seen.messages.push(`${String.fromCharCode(type)}:${body}`),
  })
  for (const piece of pieces) {
    scanner.push(piece)
    seen.inside.push(scanner.insideData)
  }
  return seen
}

const whole = Buffer.concat(STREAM)
const data = Buffer.concat(STREAM.filter(part => part[0] === MESSAGE.copyData))

test('however the stream is cut, its frames go on byte by byte, and messages come whole', () => {
  for (let size = 1; size <= whole.length; size++) {
    const pieces = Array.from({ length: Math.ceil(whole.length / size) }, (_, at) =>
      whole.subarray(at * size, (at + 1) * size),
    )
    const seen = scan(pieces)
    expect(seen.data.equals(data), `cut every ${size} bytes`).toBe(true)
    expect(seen).toMatchObject({
      frames: 4,
      openAtTheEnd: false,
      messages: ['H:formats', 'N:a notice', 'c:', 'C:COPY 4'],
    })
  }
})

test('says whether a frame is cut, in its header as well as in its body', () => {
  const frame = message(MESSAGE.copyData, 'body')
  for (let cut = 1; cut < frame.length; cut++) expect(scan([frame.subarray(0, cut)]).inside).toEqual([true])
  expect(scan([frame]).inside).toEqual([false])
  expect(scan([message(MESSAGE.complete, 'COPY 4').subarray(0, 7)]).inside).toEqual([false])
})

test.each([-1, 0, 3])('a message of the length %i ends the stream instead of a loop without end', length => {
  const bytes = Buffer.concat([message(MESSAGE.copyData, 'first'), message(MESSAGE.copyData, 'second')])
  bytes.writeInt32BE(length, message(MESSAGE.copyData, 'first').length + 1)
  expect(() => scan([bytes])).toThrow(`with the length ${length}`)
})
