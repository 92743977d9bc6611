import { z } from 'zod'
import { defineAction } from '../../actions/define-action.ts'
import { Secret } from '../../log/secret.ts'
import { folderName, platformFolder } from './platform-folder.ts'

export const serveAction = defineAction({
  name: 'datax.serve',
  about:
    'Starts the data-sync platform for this case on a free port of loopback, and gives { url }. A second call under the same name gives the same server.',
  input: z.strictObject({
    name: z.string().optional().describe('More than one server: each has a name'),
    folder: folderName.optional().describe('Servers with the same folder share a database. Default: the name'),
    token: z.string().optional(),
    at_once: z.int().min(1).optional().describe('How many jobs run at once. Default 2'),
    may_wait: z.int().min(0).optional().describe('How many may wait. Default 500'),
  }),
  result: z.object({ url: z.string() }),
  examples: ['- datax.serve: {}\n  save: { api: url }\n- http: { url: $(api)/api/config/list }'],
  async run({ name = 'platform', folder = name, token, at_once: atOnce, may_wait: mayWait }, context) {
    const platform = await context.keep(`datax.serve ${name}`, async () => {
      const { servePlatform } = await import('../platform/serve.ts')
      return servePlatform({
        folder: platformFolder(context, folder),
        ...(token === undefined ? {} : { token: new Secret(token) }),
        ...(atOnce === undefined ? {} : { atOnce }),
        ...(mayWait === undefined ? {} : { mayWait }),
      })
    })
    return { url: platform.url }
  },
})
