export type CsvOptions = {
  readonly delimiter: string
  readonly qualifier: string | undefined
  /** `backslash` takes \" for a quote, besides "". */
  readonly backslash: boolean
  readonly trim: boolean
  readonly skipEmpty: boolean
}

/** Reads CSV piece by piece. A line ends at LF, CR or CRLF; a quoted field may hold any of them. */
export class CsvParser {
  readonly #options: CsvOptions
  #rest = ''

  constructor(options: CsvOptions) {
    this.#options = options
  }

  /** The records that are whole now. */
  push(text: string): string[][] {
    this.#rest += text
    return this.#records(false)
  }

  end(): string[][] {
    return this.#records(true)
  }

  #records(last: boolean): string[][] {
    const text = this.#rest
    const records: string[][] = []
    let at = 0
    while (at < text.length) {
      const record = this.#plain(text, at) ?? this.#quoted(text, at, last)
      if (!record) break
      // a CR at the very end may be half of a CRLF, and the rest of a file may not be whole
      if (!record.ended && !last) break
      at = record.end
      if (record.fields.length === 1 && record.fields[0] === '' && record.empty && this.#options.skipEmpty) continue
      records.push(record.fields)
    }
    this.#rest = text.slice(at)
    return records
  }

  /** A line without any quote, which most are. */
  #plain(text: string, at: number): Found | undefined {
    const { qualifier, delimiter, trim } = this.#options
    const stop = lineEnd(text, at)
    const line = text.slice(at, stop)
    if (qualifier !== undefined && line.includes(qualifier)) return undefined
    const fields = line.split(delimiter)
    return {
      fields: trim ? fields.map(trimmed) : fields,
      end: stop + 1,
      ended: stop < text.length,
      empty: line === '' || (trim && trimmed(line) === ''),
    }
  }

  #quoted(text: string, from: number, last: boolean): Found | undefined {
    const { qualifier = '', delimiter, backslash, trim } = this.#options
    const fields: string[] = []
    let at = from
    for (;;) {
      let start = at
      if (trim) while (text[start] === ' ' || text[start] === '\t') start++
      if (text[start] === qualifier) {
        let value = ''
        at = start + 1
        for (;;) {
          const char = text[at]
          if (char === undefined)
            return last ? { fields: [...fields, value], end: at, ended: false, empty: false } : undefined
          if (backslash && char === '\\' && at + 1 < text.length) {
            value += text[at + 1]
            at += 2
          } else if (char !== qualifier) {
            const next = nextOf(text, at, qualifier, backslash)
            value += text.slice(at, next)
            at = next
          } else if (text[at + 1] === qualifier && !backslash) {
            value += qualifier
            at += 2
          } else if (at + 1 >= text.length && !last) return undefined
          else break
        }
        at++
        // what stands between the closing quote and the delimiter is dropped
        const stop = fieldEnd(text, at, delimiter)
        fields.push(value)
        at = stop
      } else {
        const stop = fieldEnd(text, at, delimiter)
        const value = text.slice(at, stop)
        fields.push(trim ? trimmed(value) : value)
        at = stop
      }
      if (text[at] !== delimiter) break
      at++
    }
    return { fields, end: at + 1, ended: at < text.length, empty: false }
  }
}

type Found = { readonly fields: string[]; readonly end: number; readonly ended: boolean; readonly empty: boolean }

const trimmed = (text: string): string => text.replace(/^[ \t]+|[ \t]+$/g, '')

function lineEnd(text: string, at: number): number {
  const feed = text.indexOf('\n', at)
  const stop = feed < 0 ? text.length : feed
  const cr = text.indexOf('\r', at)
  return cr >= 0 && cr < stop ? cr : stop
}

function fieldEnd(text: string, at: number, delimiter: string): number {
  const stop = lineEnd(text, at)
  const next = text.indexOf(delimiter, at)
  return next >= 0 && next < stop ? next : stop
}

function nextOf(text: string, at: number, qualifier: string, backslash: boolean): number {
  const quote = text.indexOf(qualifier, at)
  const stop = quote < 0 ? text.length : quote
  const slash = backslash ? text.indexOf('\\', at) : -1
  return slash >= 0 && slash < stop ? slash : stop
}
