import { createHash } from 'node:crypto'
import { DataxError } from '../errors.ts'
import { asText } from '../record/convert.ts'
import type { Transformer } from './transformer.ts'

function paraError(name: string, text: string): DataxError {
  return new DataxError('TransformerErrorCode-05', `${name}: ${text}`)
}

function paras(name: string, given: readonly string[], wanted: number): readonly string[] {
  if (given.length !== wanted) throw paraError(name, `takes ${wanted} paras, and has ${given.length}`)
  return given
}

function integer(name: string, text: string | undefined, what: string): number {
  if (!/^\d+$/.test(text ?? '')) throw paraError(name, `${what} must be an integer from 0, and is "${text}"`)
  return Number(text)
}

/** `[start, length]`: a part of the text, cut at its end. */
export const substr: Transformer = {
  name: 'dx_substr',
  makesText: true,
  compile(given, mode) {
    const [from, count] = paras('dx_substr', given, 2)
    const start = integer('dx_substr', from, 'start')
    const length = integer('dx_substr', count, 'length')
    return (value, kind) => {
      const text = asText(value, kind, mode)
      if (text === null) return null
      if (start > text.length)
        throw new Error(`start ${start} lies behind the end of a text of ${text.length} characters`)
      return text.slice(start, start + length)
    }
  },
}

/** `[l | r, length, pad]`: filled up to a length; a longer text is cut on its right. A null counts as an empty text. */
export const pad: Transformer = {
  name: 'dx_pad',
  makesText: true,
  compile(given, mode) {
    const [side = '', count, filler = ''] = paras('dx_pad', given, 3)
    const length = integer('dx_pad', count, 'length')
    if (!/^[lr]$/i.test(side)) throw paraError('dx_pad', `the side must be l or r, and is "${side}"`)
    if (filler === '') throw paraError('dx_pad', 'the text to pad with is empty')
    const left = side.toLowerCase() === 'l'
    return (value, kind) => {
      const text = asText(value, kind, mode) ?? ''
      if (text.length >= length) return text.slice(0, length)
      return left ? text.padStart(length, filler) : text.padEnd(length, filler)
    }
  },
}

/** `[start, length, text]`: a part replaced by another text. */
export const replace: Transformer = {
  name: 'dx_replace',
  makesText: true,
  compile(given, mode) {
    const [from, count, by = ''] = paras('dx_replace', given, 3)
    const start = integer('dx_replace', from, 'start')
    const length = integer('dx_replace', count, 'length')
    return (value, kind) => {
      const text = asText(value, kind, mode)
      if (text === null) return null
      if (start > text.length)
        throw new Error(`start ${start} lies behind the end of a text of ${text.length} characters`)
      return text.slice(0, start) + by + text.slice(start + length)
    }
  },
}

/**
 * `[md5 | sha1, toUpperCase | toLowerCase]`: the hex digest; of an empty text where the value is null. DataX takes the words in any case
 * and then compares them exactly, so that `MD5` gives a SHA-1 and `TOUPPERCASE` small letters: strict does what the words say.
 */
export const digest: Transformer = {
  name: 'dx_digest',
  makesText: true,
  compile(given, mode) {
    const [kindOfDigest = '', letters = ''] = paras('dx_digest', given, 2)
    if (!/^(md5|sha1)$/i.test(kindOfDigest)) throw paraError('dx_digest', `"${kindOfDigest}" is neither md5 nor sha1`)
    if (!/^to(upper|lower)case$/i.test(letters))
      throw paraError('dx_digest', `"${letters}" is neither toUpperCase nor toLowerCase`)
    const exact = mode === 'compat'
    const algorithm = (exact ? kindOfDigest : kindOfDigest.toLowerCase()) === 'md5' ? 'md5' : 'sha1'
    const upper = exact ? letters === 'toUpperCase' : /upper/i.test(letters)
    return (value, kind) => {
      const hex = createHash(algorithm)
        .update(asText(value, kind, mode) ?? '')
        .digest('hex')
      return upper ? hex.toUpperCase() : hex
    }
  },
}
