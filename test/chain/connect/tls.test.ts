import assert from 'node:assert/strict'
import type { Chain } from '#dist/chain/chain.js'
import { type ChainServer, startChainNode } from '../../support/chain/start-chain-node.ts'
import { chainRejection, openChainOver } from '../../support/chain/watched-chain.ts'
import { run } from '../../support/child-process.ts'
import { type Handshake, startTlsFront, trustedCertificate } from '../../support/tls-front.ts'

describe('an endpoint behind TLS', () => {
  let node: ChainServer
  before(async () => {
    node = await startChainNode()
  })
  after(() => node[Symbol.asyncDispose]())

  const front = async (handshake: Handshake) => {
    const { url, ...rest } = await startTlsFront(node.httpUrl, () => handshake)
    return { ...rest, url: url.replace(/^https(.*?)\/?$/, 'wss$1') }
  }

  // Node reads the variable when it starts, and the thread has it from the program.
  it('is read in a thread of its own when its certificate is trusted', async () => {
    await using trusted = await front('trusted')
    const code = `
      import { openChainThread } from '#dist/chain/thread/open-chain-thread.js'
      await using chain = openChainThread({ network: '${trusted.url}' })
      console.log((await chain.metagraph(1)).neurons.length)`
    const env = { NODE_EXTRA_CA_CERTS: trustedCertificate }
    const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '--eval', code], { env })
    assert.deepEqual({ stdout, stderr }, { stdout: '1024\n', stderr: '' })
  })

  const refused: readonly (readonly [Handshake, RegExp])[] = [
    ['self-signed', /"self-signed certificate/],
    ['plain HTTP', /"TLS: wrong version number"/],
  ]
  for (const [handshake, reason] of refused)
    it(`is not used when it is ${handshake}`, async () => {
      await using behind = await front(handshake)
      await using chain: Chain = openChainOver([behind])
      const { code, message } = await chainRejection(chain.head())
      assert.equal(code, 'UNREACHABLE')
      assert.match(message, reason)
      assert.ok(message.includes(behind.url), message)
    })
})
