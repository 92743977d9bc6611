import { join } from 'node:path'
import { z } from 'zod'
import { defineAction } from '../../actions/define-action.ts'
import { Secret } from '../../log/secret.ts'
import { jobFolder } from './job-input.ts'

export const serveAction = defineAction({
  name: 'datax.serve',
  about:
    'Starts the data-sync platform for this case on a free port of loopback, and gives { url }. A second call under the same name gives the same server.',
  input: z.strictObject({
    name: z.string().optional().describe('More than one server: each has a name'),
    folder: z
      .string()
      .regex(/^[\w-]+$/)
      .optional()
      .describe('Servers with the same folder share a database. Default: the name'),
    token: z.string().optional(),
  }),
  result: z.object({ url: z.string() }),
  examples: ['- datax.serve: {}\n  save: { api: url }\n- http: { url: $(api)/api/config/list }'],
  async run({ name = 'platform', folder = name, token }, context) {
    const platform = await context.keep(`datax.serve ${name}`, async () => {
      const { servePlatform } = await import('../platform/serve.ts')
      return servePlatform({
        folder: join(jobFolder(context), folder),
        ...(token === undefined ? {} : { token: new Secret(token) }),
      })
    })
    return { url: platform.url }
  },
})
