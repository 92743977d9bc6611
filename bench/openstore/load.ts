import { Agent, request } from 'node:http'

/** Requests per second that a server answers on so many connections, each of which asks again as soon as it was answered. */
export async function rate(
  url: string,
  { token, connections = 32, forMs = 2_000 }: { token?: string; connections?: number; forMs?: number },
): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const ask = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const outgoing = request(url, { agent, headers }, response => {
        if (response.statusCode !== 200) reject(new Error(`${url} answered ${response.statusCode}`))
        response.resume()
        response.on('end', resolve)
      })
      outgoing.on('error', reject)
      outgoing.end()
    })
  const from = performance.now()
  let answered = 0
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() - from < forMs) {
        await ask()
        answered++
      }
    }),
  )
  const seconds = (performance.now() - from) / 1000
  agent.destroy()
  return answered / seconds
}
