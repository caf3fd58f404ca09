import { type Axon, type AxonOptions, serveAxon } from '#dist/axon/serve-axon.js'
import { prompting } from '#dist/dialects/prompting.js'
import { decodeAddress } from '#dist/keys/ss58.js'
import { createVerifier } from '#dist/keys/verifier.js'
import { sdk } from '#dist/plugin/define.js'
import type { Miner } from '#dist/plugin/miner.js'
import { lists } from '#dist/policy/lists.js'
import { synapseWire } from '#dist/wires/synapse/wire.js'
import { alice, bob, charlie } from './signed-request.ts'

/** Says the last message back. */
export const echo: Miner = {
  async *prompt({ messages }) {
    yield `echo: ${messages.at(-1)!.content}`
    return { model: 'echo', finishReason: 'stop' }
  },
}

const verifier = createVerifier({
  onPanic: cause => {
    throw cause
  },
})

/** An axon of //Bob on a free port of loopback; //Alice and //Charlie may ask. */
export function startAxon(options: Partial<AxonOptions> = {}): Promise<Axon> {
  return serveAxon({
    hotkey: bob.address,
    host: '127.0.0.1',
    port: 0,
    wires: [synapseWire],
    dialect: prompting(sdk),
    miner: echo,
    rules: [lists({ allow: [alice.address, charlie.address], deny: [] })],
    verify: ({ hotkey, ...signed }) => verifier.verify({ publicKey: decodeAddress(hotkey), ...signed }),
    concurrency: 4,
    queue: 8,
    maxBody: 1024 * 1024,
    maxTimeoutMs: 60_000,
    onError: error => {
      throw error
    },
    ...options,
  })
}
