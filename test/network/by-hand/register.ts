// Makes subnet 1 on a subtensor of runtime 103, and registers the miner //Bob, the validator //Alice, whose stake gets her a
// permit, and //Charlie, who has none. //Dave is left out.
//   node test/network/by-hand/register.ts [URL]
import { setTimeout as sleep } from 'node:timers/promises'
import { alice, bob, charlie } from '../../support/signed-request.ts'
import { openLocalChain, print } from './local-chain.ts'

const netuid = 1
const TAO = 1_000_000_000n
const EPOCH_MS = 300_000

await using chain = await openLocalChain(process.argv[2])
await chain.sudo('sudo_add_network', { netuid, tempo: 10, modality: 0 })
await chain.sudo('sudo_set_max_allowed_validators', { netuid, max_allowed_validators: 1 })
// //Bob first: of neurons that are worth the same, the oldest loses its place.
for (const { address: hotkey } of [bob, alice, charlie])
  await chain.sudo('sudo_register', { netuid, hotkey, coldkey: alice.address, stake: 0n, balance: 0n })
await chain.call('add_stake', { hotkey: alice.address, amount_staked: 5000n * TAO })

const uid = Number(await chain.read('Uids', netuid, alice.address))
print('waiting for the epoch that gives //Alice a permit')
const signal = AbortSignal.timeout(EPOCH_MS)
while (!((await chain.read('ValidatorPermit', netuid)) as boolean[])[uid]) await sleep(500, undefined, { signal })
for (const [name, { address }] of Object.entries({ alice, bob, charlie }))
  print(`${name} ${address}: uid ${await chain.read('Uids', netuid, address)}`)
