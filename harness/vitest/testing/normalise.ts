/** Output of a run with what differs from run to run replaced. */
export function normalise(output: string, project: string, checkout: string): string {
  return output
    .replaceAll(project, '<project>')
    .replaceAll(checkout, '<assay>')
    .replace(/\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ(-\d+)?/g, '<run>')
    .replace(/( {2}|Duration +)\d+(\.\d+)?(ms|s)\b/g, '$1<time>')
    .replace(/(Start at\s+)\S+/, '$1<clock>')
    .replace(/ \((?:[a-z]+ \d+%(?:, )?)+\)/g, '')
    .replace(/[ \t]+$/gm, '')
    .trim()
}
