import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { pipeline } from 'node:stream/promises'

/** The peer of uploads and downloads: a bare node:http server that writes, hashes (sha256) and fsyncs what it is sent. Arguments: host, port, file. */
const [host, port, file = ''] = process.argv.slice(2)

createServer(async (request, response) => {
  if (request.method === 'GET') {
    response.writeHead(200, { 'content-length': (await stat(file)).size })
    await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), response)
    return
  }
  const hash = createHash('sha256')
  await using handle = await open(file, 'w', 0o600)
  for await (const piece of request) {
    hash.update(piece)
    await handle.write(piece)
  }
  await handle.sync()
  response.end(hash.digest('hex'))
}).listen(Number(port), host)
