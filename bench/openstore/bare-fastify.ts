import Fastify from 'fastify'
import { createPool } from 'mysql2/promise'

/** The peer of metadata: fastify and one mysql2 query. Arguments: host, port, and the database as JSON. */
const [host, port, mysql = '{}'] = process.argv.slice(2)
const pool = createPool({ ...JSON.parse(mysql), connectionLimit: 16 })
const app = Fastify({ logger: false })
app.get('/blocks/:id', async request => {
  const [rows] = await pool.execute('SELECT * FROM blocks WHERE id = ?', [(request.params as { id: string }).id])
  return { block: (rows as object[])[0] }
})
await app.listen({ host: host as string, port: Number(port) })
