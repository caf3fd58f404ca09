// A chain of its own process, for `fork`: subnet 1 of finney as it was recorded, with 1,024 neurons. Sends its URL to the
// parent, and its calls by name for each message. Takes JSON: `spec`; `hotkeys`: those of the first neurons, all with a
// permit; `blockMs`: makes a block so often; `hasEpochs`: each block ends an epoch, so that each refresh is due soon.
import { RECORDED_BLOCK, recordedSubnet } from '../test/support/chain/recorded-subnet.ts'
import { startChainNode } from '../test/support/chain/start-chain-node.ts'

const { spec, hotkeys = [], blockMs, hasEpochs = false } = JSON.parse(process.argv[2])
const recorded = recordedSubnet()
const neurons = recorded.neurons.map((neuron, uid) =>
  uid < hotkeys.length ? { ...neuron, hotkey: hotkeys[uid], hasPermit: true } : neuron,
)
const tempo = hasEpochs ? 1 : 50_000
const node = await startChainNode({ spec, subnets: [{ ...recorded, neurons, tempo, lastStep: RECORDED_BLOCK }] })
setInterval(() => {
  if (!hasEpochs) return node.makeBlock()
  node.change(subnet => ({ ...subnet, lastStep: node.chain.head.number }))
}, blockMs)

process.on('message', () => process.send({ calls: Object.fromEntries(node.calls.counts) }))
process.on('disconnect', () => process.exit())
process.send({ url: node.url })
