import type { TxFinalizedPayload } from 'polkadot-api'
import { getPolkadotSigner } from 'polkadot-api/signer'
import { withTimeout } from '#dist/async/timeout.js'
import { openNode } from '../../support/chain/open-node.ts'
import { alice } from '../../support/signed-request.ts'

const INCLUDED_MS = 30_000

/** A real subtensor on this machine, on which //Alice holds the sudo key and the money. */
export async function openLocalChain(url = 'ws://127.0.0.1:9944') {
  const node = await openNode({ url })
  const { SubtensorModule: calls, Sudo: withRights } = node.api.tx
  const storage = node.api.query.SubtensorModule!
  const signer = getPolkadotSigner(alice.publicKey, 'Sr25519', async text => alice.sign(text))

  return {
    /** Sends a call that //Alice signs, and waits for the block in which it succeeds. */
    async call(name: string, fields: object): Promise<void> {
      const transaction = calls![name]!(fields)
      report(name, fields, await withTimeout(transaction.signAndSubmit(signer), INCLUDED_MS))
    },

    /** Sends a call with the sudo key's rights. */
    async sudo(name: string, fields: object): Promise<void> {
      const transaction = withRights!.sudo!({ call: calls![name]!(fields).decodedCall })
      const included = await withTimeout(transaction.signAndSubmit(signer), INCLUDED_MS)
      // A call that fails in this way leaves a transaction that succeeds.
      const sudid = included.events.find(({ type, value }) => type === 'Sudo' && value.type === 'Sudid')
      const { success = false, value = null } = sudid?.value.value.sudo_result ?? {}
      report(name, fields, success ? included : { ...included, ok: false, dispatchError: value })
    },

    /** Reads the pallet's storage at the best block. */
    read: (item: string, ...keys: unknown[]): Promise<unknown> => storage[item]!.getValue(...keys, { at: 'best' }),

    /** Writes the pallet's storage past the runtime, which chopsticks allows. */
    write: (items: object): Promise<unknown> => node.client._request('dev_setStorage', [{ SubtensorModule: items }]),

    [Symbol.asyncDispose]: () => node[Symbol.asyncDispose](),
  }
}

/** @throws {Error} when the call fails in its block */
function report(
  name: string,
  fields: object,
  { ok, block, dispatchError }: Pick<TxFinalizedPayload, 'ok' | 'block' | 'dispatchError'>,
): void {
  const text = `${name} ${JSON.stringify(fields, (_, value) => (typeof value === 'bigint' ? String(value) : value))}`
  if (!ok) throw new Error(`${text}: ${JSON.stringify(dispatchError)}`)
  print(`block ${block.number}: ${text}`)
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
