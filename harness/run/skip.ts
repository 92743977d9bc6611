/** Thrown to end a case before it begins: a capability is missing, or a target cannot be had here. */
export class SkipCase extends Error {
  readonly reason: string

  constructor(reason: string) {
    super(reason)
    this.reason = reason
  }
}
