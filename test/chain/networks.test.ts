import assert from 'node:assert/strict'
import { networks, resolveNetwork } from '#dist/chain/networks.js'

const FINNEY = '0x2f0555cc76fc2840a25a6ea3b9637146806f1f44b090c175ffde2a7e5ab36c03'
const TEST = '0x8f9cf856bf558a14440e75569c9e58594757048d7b3a84b5d25f6bd978263105'

describe('resolveNetwork', () => {
  it('knows the endpoints and the first block of the networks that have names', () => {
    const first = Object.keys(networks).map(name => [
      name,
      resolveNetwork(name).endpoints[0],
      resolveNetwork(name).genesis,
    ])
    assert.deepEqual(first, [
      ['finney', 'wss://entrypoint-finney.opentensor.ai:443', FINNEY],
      ['test', 'wss://test.finney.opentensor.ai:443', TEST],
      ['archive', 'wss://archive.chain.opentensor.ai:443', FINNEY],
      ['local', 'ws://127.0.0.1:9944', undefined],
    ])
  })

  it('takes a URL for the network’s only endpoint, of any chain', () => {
    const url = 'wss://node.example:9944/'
    assert.deepEqual(resolveNetwork(url), { endpoints: [url], isLocal: false })
  })

  it('takes endpoints in place of those of the network, and expects its chain of them', () => {
    const endpoints = ['ws://192.0.2.1:9944', 'ws://127.0.0.1:9944']
    assert.deepEqual(resolveNetwork('finney', endpoints), { endpoints, genesis: FINNEY, isLocal: false })
  })

  it('takes a node on this machine for one of the public network that is named', () => {
    for (const name of ['finney', 'test', 'archive'])
      assert.equal(resolveNetwork(name, ['ws://127.0.0.1:9944']).isLocal, false, name)
  })

  it('takes a network for local when it says so, or when its URL is on loopback', () => {
    assert.equal(resolveNetwork('local', ['wss://node.example']).isLocal, true)
    for (const url of ['ws://127.0.0.1:9944', 'ws://127.1.2.3', 'ws://[::1]:1', 'ws://localhost:1', 'ws://a.localhost'])
      assert.equal(resolveNetwork(url).isLocal, true, url)
    for (const url of ['ws://127.0.0.1.example', 'ws://10.0.0.1', 'wss://localhost.example'])
      assert.equal(resolveNetwork(url).isLocal, false, url)
  })
})
