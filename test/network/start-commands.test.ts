import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { startChainNode } from '../support/chain/start-chain-node.ts'
import { subnetOf } from '../support/chain/subnet-of.ts'
import { type MinerProcess, runMiner, startMiner } from '../support/miner-process.ts'
import { type ModelServer, startModelServer, streamed } from '../support/model-server.ts'
import { alice, bob, charlie, send, signedRequest } from '../support/signed-request.ts'

const BT_WALLET_PATH = fileURLToPath(new URL('../fixtures/wallets', import.meta.url))

/** //Bob mines on the subnet; //Alice has a permit there, and //Charlie has none. */
const startNode = (netuid: number, genesis: 'finney' | 'test') => {
  const neurons = [{ hotkey: alice.address, hasPermit: true }, { hotkey: bob.address }, { hotkey: charlie.address }]
  return startChainNode({ genesis, subnets: [subnetOf(neurons, { netuid })] })
}

// What has to differ from a start command on a machine of an operator: the folder of wallets, whose key is in `plain`; a port
// that is free; the chain, a node of the test which has the genesis of the network that the command names; and the address
// that the miner announces, which no service of the internet tells here.
const loopback = ({ url }: { readonly url: string }) => {
  return { BT_WALLET_PATH, MINER_WALLET_PATH: '', BT_SUBTENSOR_CHAIN_ENDPOINT: url, BT_AXON_EXTERNAL_IP: '8.8.8.8' }
}
const wallet = ['--wallet.name', 'plain', '--wallet.hotkey', 'default']

/** Asks a miner a question as //Alice, and returns what it asks its model. */
async function askedOf(model: ModelServer, miner: MinerProcess) {
  const { status, text } = await send(miner.url, signedRequest({ by: alice }))
  assert.equal(status, 200)
  assert.equal(JSON.parse(text).completion, 'Hello')
  return model.arrived(0)
}

describe('the start commands of the original', () => {
  it('serve with everything left to defaults and variables, as in neurons/miners/openai/README.md', async () => {
    await using node = await startNode(1, 'finney')
    await using model = await startModelServer(streamed(['Hello']))
    const key = { OPENAI_API_KEY: 'sk-yourkey', OPENAI_BASE_URL: model.url }
    const env = { ...loopback(node), ...key, BT_WALLET_NAME: 'plain', BT_AXON_PORT: '0' }
    await using miner = await startMiner(['serve'], { env })
    const { body, headers } = await askedOf(model, miner)
    assert.equal(headers.authorization, 'Bearer sk-yourkey')
    // The defaults of add_args in neurons/miners/openai/miner.py.
    assert.partialDeepStrictEqual(body, {
      model: 'gpt-3.5-turbo',
      max_tokens: 100,
      temperature: 0.4,
      top_p: 1,
      presence_penalty: 0.1,
      frequency_penalty: 0.1,
    })
    assert.equal((await send(miner.url, signedRequest({ by: charlie }))).status, 403)
  })

  it('serve with all parameters of the model and a whitelist, as neurons/miners/openai/miner.py takes them', async () => {
    await using node = await startNode(1, 'finney')
    await using model = await startModelServer(streamed(['Hello']))
    const flags = [
      ['--netuid', '1', ...wallet, '--subtensor.network', 'finney', '--axon.port', '0', '--logging.debug'],
      ['--openai.model_name', 'gpt-4', '--openai.max_tokens', '200', '--openai.temperature', '0.7', '--openai.n', '1'],
      ['--openai.top_p', '0.9', '--openai.presence_penalty', '-0.5', '--openai.frequency_penalty', '0.3'],
      ['--miner.blacklist.whitelist', alice.address, charlie.address],
    ].flat()
    const key = { OPENAI_API_KEY: 'sk-yourkey', OPENAI_BASE_URL: model.url }
    await using miner = await startMiner(['serve', ...flags], { env: { ...loopback(node), ...key } })
    assert.partialDeepStrictEqual((await askedOf(model, miner)).body, {
      model: 'gpt-4',
      max_tokens: 200,
      temperature: 0.7,
      top_p: 0.9,
      presence_penalty: -0.5,
      frequency_penalty: 0.3,
    })
    assert.equal((await send(miner.url, signedRequest({ by: charlie }))).status, 200)
    assert.equal((await send(miner.url, signedRequest({ by: bob }))).status, 403)
    assert.ok(miner.records.some(({ level }) => level === 'debug'))
  })

  it('say what does the job of a local model, and serve so, for the vicuna miner of docs/running_a_miner.md', async () => {
    await using node = await startNode(8, 'test')
    await using model = await startModelServer(streamed(['Hello']))
    const name = 'TheBloke/Wizard-Vicuna-7B-Uncensored-HF'
    const common = [...wallet, '--netuid', '8', '--subtensor.network', 'test', '--logging.debug', '--axon.port', '0']
    const refused = await runMiner(['serve', '--vicuna.model_name', name, ...common], { env: loopback(node) })
    assert.deepEqual(refused, {
      code: 2,
      signal: null,
      stdout: '',
      stderr:
        'error: --vicuna.model_name is not taken over: no model runs within the miner\n  try: serve the model with vLLM or llama.cpp, and name it with --base-url and --model\n',
    })
    const flags = ['serve', '--base-url', model.url, '--model', name, ...common]
    await using miner = await startMiner(flags, { env: { ...loopback(node), OPENAI_API_KEY: '' } })
    const { body, headers } = await askedOf(model, miner)
    assert.partialDeepStrictEqual(body, { model: name })
    assert.equal(headers.authorization, undefined)
  })

  it('serve with an endpoint and a model added, for the bittensorLM miner of README.md', async () => {
    await using node = await startNode(8, 'test')
    await using model = await startModelServer(streamed(['Hello']))
    const command = ['serve', '--netuid', '8', '--subtensor.network', 'test', ...wallet, '--logging.debug']
    const env = { ...loopback(node), BT_AXON_PORT: '0', OPENAI_BASE_URL: model.url, OPENAI_MODEL: '' }
    await using miner = await startMiner([...command, '--model', 'cerebras/btlm-3b-8k-base'], { env })
    assert.partialDeepStrictEqual((await askedOf(model, miner)).body, { model: 'cerebras/btlm-3b-8k-base' })
    assert.equal(miner.records.find(({ event }) => event === 'serving')?.netuid, 8)
  })
})
