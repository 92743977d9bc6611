/** What actions keep for the length of a case, under names: made once, disposed together, the last first. */
export class Kept implements AsyncDisposable {
  readonly #made = new Map<string, Promise<AsyncDisposable>>()

  get<T extends AsyncDisposable>(name: string, make: () => Promise<T>): Promise<T> {
    const existing = this.#made.get(name) as Promise<T> | undefined
    if (existing) return existing
    const made = make()
    this.#made.set(name, made)
    made.catch(() => this.#made.delete(name))
    return made
  }

  /** Disposes each, even if one before failed; what failed is not the case's fault. */
  async [Symbol.asyncDispose](): Promise<void> {
    const all = [...this.#made.values()].reverse()
    this.#made.clear()
    for (const made of all) await made.then(one => one[Symbol.asyncDispose]()).catch(() => {})
  }
}
