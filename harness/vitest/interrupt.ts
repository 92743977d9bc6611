import type { Vitest } from 'vitest/node'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/**
 * Makes the first Ctrl-C or SIGTERM cancel the run in good order: cases end their step, clean up and are reported. vitest
 * alone would exit at once. The second signal does that. Returns what gives the signals back.
 */
export function cancelOnSignals(vitest: Vitest, cancelled: () => void): () => void {
  const own = SIGNALS.map(signal => {
    const before = process.listeners(signal)
    for (const listener of before) process.off(signal, listener as NodeJS.SignalsListener)
    const cancel = () => {
      give()
      cancelled()
      void vitest.cancelCurrentRun('keyboard-input')
    }
    process.on(signal, cancel)
    return { signal, before, cancel }
  })
  let given = false
  function give(): void {
    if (given) return
    given = true
    for (const { signal, before, cancel } of own) {
      process.off(signal, cancel)
      for (const listener of before) process.on(signal, listener as NodeJS.SignalsListener)
    }
  }
  return give
}
