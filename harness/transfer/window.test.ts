import { describe, expect, test } from 'vitest'
import { addSpan, formatMoment, parseMoment, parseSpan } from './moment.ts'
import { formatWindow, lateSlice, windowSlice, windowsUntil } from './window.ts'

const windows = (start: string, span: string, end: string) =>
  [...windowsUntil(parseMoment(start), parseSpan(span), parseMoment(end))].map(formatWindow)

describe('points in time', () => {
  test.each([
    ['2026-11-01', '2026-11-01 00:00:00'],
    ['2026-11-01T14:30', '2026-11-01 14:30:00'],
    ['2026-11-01 14:30:00.000001', '2026-11-01 14:30:00.000001'],
    ['1969-12-31 23:59:59.5', '1969-12-31 23:59:59.5'],
    ['2026-11-01 08:00+08', '2026-11-01 00:00:00'],
    ['2026-10-31 20:00-03:30', '2026-10-31 23:30:00'],
  ])('%s', (text, expected) => expect(formatMoment(parseMoment(text))).toBe(expected))

  test.each(['2026-02-29', '2026-13-01', 'today', '2026-11-01 25:00', '2026-11-01 10:61', ''])('%s is none', text => {
    expect(() => parseMoment(text)).toThrow(expect.objectContaining({ code: 'ASSAY_TRANSFER_WINDOW' }))
  })
})

describe('durations', () => {
  test.each([
    ['7 microseconds', 7n],
    ['250 milliseconds', 250_000n],
    ['90 seconds', 90_000_000n],
    ['5 minutes', 300_000_000n],
    ['1.5 hours', 5_400_000_000n],
    ['2 days', 172_800_000_000n],
    ['1 week', 604_800_000_000n],
    ['4h', 14_400_000_000n],
    ['PT4H30M', 16_200_000_000n],
    ['P1DT0.000001S', 86_400_000_001n],
    ['P2W', 1_209_600_000_000n],
  ])('%s', (text, micros) => expect(parseSpan(text)).toEqual({ months: 0, micros }))

  test.each(['0 hours', '-1 day', '4', '4 fortnights', 'P', 'PT', 'P1H', 'PT0S', ''])('"%s" is none', text => {
    expect(() => parseSpan(text)).toThrow(expect.objectContaining({ code: 'ASSAY_TRANSFER_WINDOW' }))
  })
})

describe('windows', () => {
  test('follow each other, and the last is clipped', () => {
    expect(windows('2026-11-01', '10 hours', '2026-11-02')).toEqual([
      '[2026-11-01 00:00:00, 2026-11-01 10:00:00)',
      '[2026-11-01 10:00:00, 2026-11-01 20:00:00)',
      '[2026-11-01 20:00:00, 2026-11-02 00:00:00)',
    ])
  })

  test('there is none more than there is time', () => {
    expect(windows('2026-11-01', '1 hour', '2026-11-05 04:00')).toHaveLength(100)
    expect(windows('2026-11-01', '1 hour', '2026-11-01')).toEqual([])
  })

  test('months keep to the end of the month', () => {
    expect(windows('2024-01-31', 'P1M', '2024-05-01')).toEqual([
      '[2024-01-31 00:00:00, 2024-02-29 00:00:00)',
      '[2024-02-29 00:00:00, 2024-03-31 00:00:00)',
      '[2024-03-31 00:00:00, 2024-04-30 00:00:00)',
      '[2024-04-30 00:00:00, 2024-05-01 00:00:00)',
    ])
  })

  test('a day is 24 hours, also where clocks are changed', () => {
    expect(windows('2026-03-28', '1 day', '2026-03-30')).toHaveLength(2)
    expect(addSpan(parseMoment('2026-03-29'), parseSpan('1 day'))).toBe(parseMoment('2026-03-30'))
  })

  test('that end before they start are refused', () => {
    const window = { from: parseMoment('2026-11-02'), to: parseMoment('2026-11-01') }
    expect(() => windowSlice({ column: 'at' }, window)).toThrow(/ends before it starts/)
    expect(() => windowSlice({ column: 'at' }, { ...window, to: window.from })).toThrow(/ends where it starts/)
  })

  test('as SQL, on times and on numbers', () => {
    const window = { from: parseMoment('2026-11-01'), to: parseMoment('2026-11-02') }
    expect(windowSlice({ column: 'At "x"' }, window).where).toBe(
      `"At ""x""" >= '2026-11-01 00:00:00' and "At ""x""" < '2026-11-02 00:00:00'`,
    )
    expect(windowSlice({ column: 'n', epoch: 'ms' }, window).where).toBe('"n" >= 1793491200000 and "n" < 1793577600000')
    const half = { from: window.from, to: window.from + 500_000n }
    expect(() => windowSlice({ column: 'n', epoch: 's' }, half)).toThrow(/between two values/)
    expect(
      lateSlice({ column: 'evt' }, window, { late: { column: 'came', lookBack: parseSpan('1 week') } }).where,
    ).toBe(
      `"came" >= '2026-11-01 00:00:00' and "came" < '2026-11-02 00:00:00' and "evt" >= '2026-10-25 00:00:00' and "evt" < '2026-11-01 00:00:00'`,
    )
  })
})
