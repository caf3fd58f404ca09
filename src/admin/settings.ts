import * as z from 'zod'
import { quote } from '../text/escape.js'
import { isHostName } from './gate/hosts.js'

/** The operator's settings of the admin port. */
export const makeAdminSettings = () =>
  z.object({
    port: z
      .int()
      .min(0)
      .max(65_535)
      .optional()
      .describe(
        'port for the operator: the dashboard, /metrics and the probes; 0 picks a free one; by default none opens',
      )
      .meta({ flag: 'admin-port', examples: [9091] }),
    host: z
      .string()
      .min(1)
      .default('127.0.0.1')
      .describe('address that the admin port listens on; other machines reach it only at another one')
      .meta({ flag: 'admin-host' }),
    allowHost: z
      .array(
        z.string().refine(isHostName, {
          error: ({ input }) => `is neither a host name nor an address, without a port: ${quote(String(input))}`,
        }),
      )
      .default([])
      .describe('names under which the admin port may be asked, besides localhost and its own address')
      .meta({ flag: 'admin-allow-host', examples: [['miner.example.com']] }),
    token: z
      .string()
      .min(16)
      .max(512)
      .regex(/^[\x21-\x7e]*$/, { error: 'may have printable characters of ASCII only, and no spaces' })
      .optional()
      .describe('what opens the admin port; by default a random one, in a file of the data folder')
      .meta({ flag: false, secret: true, examples: ['file:admin.token'] }),
  })
