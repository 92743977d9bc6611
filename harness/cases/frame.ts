export type FramePlace = { readonly line: number; readonly column?: number }

/**
 * The lines around a place, with a caret under the column:
 *
 *     11 |   - name: insert a row twice
 *     12 |     expct: { affected: 1 }
 *        |     ^
 */
export function codeFrame(text: string, place: FramePlace, around = 2): string {
  const lines = text.split('\n')
  const from = Math.max(1, place.line - around)
  const to = Math.min(lines.length, place.line + around)
  const width = String(to).length
  const out: string[] = []
  for (let number = from; number <= to; number++) {
    const line = (lines[number - 1] ?? '').replace(/\r$/, '')
    out.push(`${String(number).padStart(width)} | ${line}`.trimEnd())
    if (number === place.line && place.column !== undefined) {
      // tabs before the caret stay tabs, so that it stands under its column in any editor
      const indent = line.slice(0, place.column - 1).replace(/[^\t]/g, character => (isWide(character) ? '  ' : ' '))
      out.push(`${' '.repeat(width)} | ${indent}^`)
    }
  }
  return out.join('\n')
}

/** East Asian wide characters take two columns in a terminal. */
function isWide(character: string): boolean {
  return /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(character)
}
