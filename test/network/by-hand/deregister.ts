// Takes //Bob's place on subnet 1: closes the subnet to further neurons, and registers others until one replaces him.
//   node test/network/by-hand/deregister.ts [URL]
import { randomUUID } from 'node:crypto'
import { keypairFromUri } from '#dist/keys/key-uri.js'
import { alice, bob } from '../../support/signed-request.ts'
import { openLocalChain, print } from './local-chain.ts'

const netuid = 1

await using chain = await openLocalChain(process.argv[2])
const uidOfBob = () => chain.read('Uids', netuid, bob.address)
const uid = await uidOfBob()
if (uid === undefined) throw new Error(`//Bob is not registered on subnet ${netuid}`)
const neurons = Number(await chain.read('SubnetworkN', netuid))
// With sudo_set_max_allowed_uids, runtime 103 only raises the limit.
await chain.write({ MaxAllowedUids: [[[netuid], neurons]] })

// The runtime replaces the neuron that is worth least, and of several the oldest.
for (let count = 0; count < neurons && (await uidOfBob()) !== undefined; count++) {
  const { address: hotkey } = await keypairFromUri(`//${randomUUID()}`)
  await chain.sudo('sudo_register', { netuid, hotkey, coldkey: alice.address, stake: 0n, balance: 0n })
}
if ((await uidOfBob()) !== undefined) throw new Error(`//Bob still has uid ${uid} of subnet ${netuid}`)
print(`//Bob has lost uid ${uid} of subnet ${netuid}`)
