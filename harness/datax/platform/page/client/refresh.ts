/** Calls `look` now, and again after the milliseconds that it gives, until the view is left. A look that fails is made again later. */
export async function refresh(signal: AbortSignal, look: () => Promise<number>): Promise<void> {
  for (;;) {
    let next = 3_000
    try {
      next = await look()
    } catch (error) {
      if (signal.aborted) return
      console.debug(error)
    }
    if (signal.aborted) return
    await pause(next, signal)
    if (signal.aborted) return
  }
}

/** In the background a browser slows its timers by itself. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
