const PLACEHOLDER = '\u0000number:'

/** Plain data as JavaScript. JSON alone would turn YAML's `.nan` and `.inf` into null. */
export function toSource(value: unknown): string {
  const json = JSON.stringify(value, (_, inner) =>
    typeof inner === 'number' && !Number.isFinite(inner) ? `${PLACEHOLDER}${inner}` : inner,
  )
  return json.replace(/"\\u0000number:(NaN|-?Infinity)"/g, '$1')
}
