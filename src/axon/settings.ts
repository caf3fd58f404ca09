import * as z from 'zod'
import { whyNoStore } from '../store/store-url.js'
import { quote } from '../text/escape.js'
import { hasAllAddresses, isNetwork } from './http/trusted-proxies.js'

const storeError = { error: ({ input }: { input?: unknown }) => whyNoStore(String(input)) ?? undefined }

/** The operator's settings of the axon. */
export const makeAxonSettings = () =>
  z.object({
    port: z
      .int()
      .min(0)
      .max(65_535)
      .default(8091)
      .describe('port of the axon; 0 picks a free one')
      .meta({ env: ['BT_AXON_PORT'] }),
    host: z.string().min(1).optional().describe('address to listen on; by default every address of this machine'),
    externalIp: z
      .union([z.ipv4(), z.ipv6()], { error: 'must be an IPv4 or IPv6 address' })
      .optional()
      .describe('address that the chain is told; by default two public services are asked for it')
      .meta({ env: ['BT_AXON_EXTERNAL_IP'], examples: ['203.0.113.7'] }),
    externalPort: z
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .describe('port that the chain is told; by default the port of the axon')
      .meta({ env: ['BT_AXON_EXTERNAL_PORT'], examples: [8091] }),
    concurrency: z
      .int()
      .min(1)
      .max(10_000)
      .default(16)
      .describe('prompts answered at once')
      .meta({ flag: 'concurrency', env: ['BT_AXON_MAX_WORKERS'] }),
    queue: z
      .int()
      .min(0)
      .max(100_000)
      .default(64)
      .describe('prompts that may wait for a free place; callers beyond that get 503')
      .meta({ flag: 'queue' }),
    maxTimeout: z
      .int()
      .min(100)
      .max(3_600_000)
      .default(60_000)
      .describe("limit of a caller's time-out; a longer one is cut to this")
      .meta({ flag: 'max-timeout', unit: 'duration' }),
    margin: z
      .int()
      .min(0)
      .max(60_000)
      .default(300)
      .describe("how long before the caller's time-out an answer is due; at most a tenth of the time-out")
      .meta({ flag: 'margin', unit: 'duration' }),
    partial: z
      .enum(['cut', 'never'])
      .default('cut')
      .describe(
        'what to do with an answer that is not complete in time: cut it after its last sentence or word, or never send it',
      )
      .meta({ flag: 'partial' }),
    probe: z
      .boolean()
      .default(true)
      .describe('when the axon opens, ask each endpoint one tiny question, and log whether it answers')
      .meta({ flag: 'probe' }),
    maxBody: z
      .int()
      .min(1024)
      .max(64 * 1024 * 1024)
      .default(1024 * 1024)
      .describe('largest body that a request may have')
      .meta({ flag: 'max-body', unit: 'size' }),
    store: z
      // zod reports the URL's own issue where the text is no URL of this kind.
      .union([z.enum(['disk', 'memory']), z.url({ protocol: /^rediss?$/, ...storeError })], storeError)
      .refine(text => whyNoStore(text) === null, storeError)
      .default('disk')
      .describe(
        'where the nonces of answered requests are kept, so that none is answered twice: disk, for a restart; memory, which forgets them; or a Redis that replicas share, redis://USER:PASSWORD@HOST:PORT',
      )
      .meta({ flag: 'store', examples: ['redis://127.0.0.1:6379'] }),
    storeSecret: z
      .string()
      .min(16)
      .optional()
      .describe('for a Redis: what the replicas share, so that the keys in it tell nothing; at least 16 characters')
      .meta({ flag: 'store-secret', secret: true, examples: ['file:store.secret'] }),
    legacyNonces: z
      .boolean()
      .default(false)
      .describe(
        'also answer validators of SDK 6.0 to 7.1 that are registered or allowed by name, whose nonces count from a boot',
      )
      .meta({ flag: 'legacy-nonces' }),
    trustedProxy: z
      .array(
        z.string().refine(isNetwork, {
          error: ({ input }) => `is neither an IP address nor a network such as 10.0.0.0/8: ${quote(String(input))}`,
        }),
      )
      .default([])
      .describe(
        'addresses and networks of proxies in front of the axon, whose X-Forwarded-For names the caller; no share by address holds for their own',
      )
      .meta({ flag: 'trusted-proxy', examples: [['127.0.0.1', '10.0.0.0/8']] }),
  })

type AxonValues = Partial<z.output<ReturnType<typeof makeAxonSettings>>>

/** Reports a Redis without the secret of its keys, and proxies at all addresses. */
export function axonRules(values: AxonValues) {
  return [...withoutSecret(values), ...trustingAll(values)]
}

function withoutSecret({ store = 'disk', storeSecret }: AxonValues) {
  const isRedis = store !== 'disk' && store !== 'memory'
  if (isRedis && storeSecret === undefined)
    return [
      {
        setting: 'storeSecret' as const,
        beside: ['store'] as const,
        message: 'is missing: a store in Redis needs a secret, which hides from other readers of that Redis who asked',
        hint: 'give all replicas the same secret: --store-secret file:PATH',
      },
    ]
  return []
}

function trustingAll({ trustedProxy = [] }: AxonValues) {
  return trustedProxy.flatMap((network, at) => {
    if (!hasAllAddresses(network)) return []
    const message = `takes every caller for a proxy: with ${network}, X-Forwarded-For of anyone could name any address`
    const hint = 'name the addresses or the networks of your own proxies'
    return [{ setting: 'trustedProxy' as const, at: [at], message, hint }]
  })
}
