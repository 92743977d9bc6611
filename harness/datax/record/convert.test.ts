import { describe, expect, test } from 'vitest'
import { asBoolean, asDate, asInteger, asLong, asText, plainDecimal } from './convert.ts'
import { formatBy, parseByFormat } from './date-format.ts'
import { epochOf, textOfEpoch } from './date-text.ts'

describe('conversions of reference 2.1', () => {
  test('a text becomes a LONG by cutting in compat, and not at all in strict', () => {
    expect(asInteger('12.9', 'STRING', 'compat')).toBe(12n)
    expect(asInteger('1e3', 'STRING', 'strict')).toBe(1000n)
    expect(asInteger('-0.9', 'STRING', 'compat')).toBe(0n)
    expect(() => asInteger('12.9', 'STRING', 'strict')).toThrow('has a fraction')
    expect(() => asInteger('twelve', 'STRING', 'compat')).toThrow('Common-01')
    expect(asLong('9223372036854775807', 'LONG', 'strict')).toBe(9223372036854775807n)
    expect(() => asLong('9223372036854775808', 'LONG', 'strict')).toThrow('Common-02')
  })

  test('only true and false are texts that are a BOOL', () => {
    expect(asBoolean('TRUE', 'STRING')).toBe(true)
    expect(asBoolean('0', 'LONG')).toBe(false)
    expect(() => asBoolean('1', 'STRING')).toThrow('Common-01')
    expect(() => asBoolean('1.0', 'DOUBLE')).toThrow('Common-01')
  })

  test('dates in texts roll over in compat, and must exist in strict', () => {
    expect(asDate('2020-1-5', 'STRING', 'compat')).toEqual({ kind: 'DATE', text: '2020-01-05' })
    expect(asDate('2020-13-45', 'STRING', 'compat')?.text).toBe('2021-02-14')
    expect(() => asDate('2020-13-45', 'STRING', 'strict')).toThrow('Common-01')
    expect(asDate('2020-01-01 01:02:03.456789', 'STRING', 'strict')?.text).toBe('2020-01-01 01:02:03.456789')
    expect(asDate('2020-01-01 01:02:03.456789', 'STRING', 'compat')?.text).toBe('2020-01-01 01:02:03')
    expect(() => asDate('2020-01-01 and more', 'STRING', 'strict')).toThrow('Common-01')
    expect(asDate('2020-01-01 and more', 'STRING', 'compat')?.text).toBe('2020-01-01')
    expect(asDate('10:11:12', 'STRING', 'strict')).toEqual({ kind: 'TIME', text: '10:11:12' })
  })

  test('dates are epoch milliseconds of GMT+8', () => {
    expect(epochOf('1970-01-01 08:00:00')).toBe(0)
    expect(textOfEpoch(0)).toBe('1970-01-01 08:00:00')
    expect(asInteger('1970-01-01 08:00:00.250', 'DATETIME', 'strict')).toBe(250n)
    expect(asText('2020-01-01 00:00:00.5', 'DATETIME', 'compat')).toBe('2020-01-01 00:00:00')
    expect(asText('2020-01-01 00:00:00.5', 'DATETIME', 'strict')).toBe('2020-01-01 00:00:00.5')
  })

  test('a DOUBLE is printed without exponent', () => {
    expect(plainDecimal('1.5e3')).toBe('1500')
    expect(plainDecimal('-1.25E-3')).toBe('-0.00125')
    expect(plainDecimal('12.5e1')).toBe('125')
    expect(plainDecimal('1.50')).toBe('1.50')
    expect(plainDecimal('NaN')).toBe('NaN')
  })

  test('SimpleDateFormat patterns read and write', () => {
    expect(parseByFormat('20240229-1530', 'yyyyMMdd-HHmm')).toBe('2024-02-29 15:30:00')
    expect(formatBy('2024-02-29 15:30:00.123456', "dd/MM/yyyy 'at' H:mm:ss.SSS")).toBe('29/02/2024 at 15:30:00.123')
    expect(() => parseByFormat('x', 'yyyy')).toThrow('Common-01')
    expect(() => formatBy('2024-02-29', 'EEE')).toThrow('not supported')
  })
})
