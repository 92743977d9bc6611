import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Appends lines to run.log with one write each, so that those of several workers do not mix. The file is opened once: a
 * run of ten thousand steps writes as many lines. A full disk must not change what becomes of a case; the reports say
 * that they could not be written.
 */
export function openLineLog(file: string, source: string): (text: string) => void {
  let descriptor: number | undefined
  let given = false
  return text => {
    if (given) return
    try {
      if (descriptor === undefined) {
        mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
        descriptor = openSync(file, 'a', 0o600)
      }
      writeSync(descriptor, `${new Date().toISOString()}  ${source}  ${text.replaceAll('\n', '\n    ')}\n`)
    } catch {
      given = true
      if (descriptor !== undefined) closeSync(descriptor)
    }
  }
}
