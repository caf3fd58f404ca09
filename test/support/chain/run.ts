// run.ts: runs a node of the fixture chain by hand, until it is interrupted.
//   node test/support/chain/run.ts --port 9944 --spec 381 --block-ms 12000 --protocol chainHead
// Needs a build. Its subnet 1 is finney's, and //Alice and //Bob are registered on it, //Alice with a permit.
import { parseArgs } from 'node:util'
import { developmentKeys } from '#dist/keys/development-keys.js'
import { recordedSubnet } from './recorded-subnet.ts'
import type { Spec } from './runtime.ts'
import { type Protocol, startChainNode } from './start-chain-node.ts'
import { withNeuron } from './subnet-changes.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '9944' },
    spec: { type: 'string', default: '381' },
    'block-ms': { type: 'string', default: '12000' },
    protocol: { type: 'string', default: 'chainHead' },
  },
})
const [alice, bob] = developmentKeys
const withValidator = withNeuron(recordedSubnet(), { hotkey: alice.address, hasPermit: true, stake: 10n ** 15n })
const node = await startChainNode({
  spec: Number(values.spec) as Spec,
  port: Number(values.port),
  blockMs: Number(values['block-ms']),
  protocol: values.protocol as Protocol,
  subnets: [withNeuron(withValidator, { hotkey: bob.address })],
})
process.stdout.write(`${node.url}, spec ${values.spec}, block ${node.chain.head.number}\n`)
