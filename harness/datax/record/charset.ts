/** Reads texts of a charset that Java knows by this name; undefined where this platform does not know it. */
export function charsetReader(name: string): ((bytes: Buffer) => string) | undefined {
  // what the web calls so is windows-1252
  if (/^(iso[-_]?8859[-_]1|latin1|us[-_]?ascii|ascii)$/i.test(name)) return bytes => bytes.toString('latin1')
  try {
    const decoder = new TextDecoder(name, { ignoreBOM: true })
    return bytes => decoder.decode(bytes)
  } catch {
    return undefined
  }
}
