import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AXON, CHAIN, type ConfigError, NEURON, NeuronError, openMiner } from '#dist/embed/index.js'
import { startChainNode } from '../support/chain/start-chain-node.ts'
import { subnetOf } from '../support/chain/subnet-of.ts'
import { run } from '../support/child-process.ts'
import { alice, bob, charlie, send, signedRequest } from '../support/signed-request.ts'

const neurons = [{ hotkey: alice.address, hasPermit: true }, { hotkey: bob.address }]

describe('openMiner, on a subnet', () => {
  const folders: string[] = []
  const newFolder = () => {
    folders.push(mkdtempSync(join(tmpdir(), 'miner-embedded-')))
    return folders.at(-1)!
  }
  after(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  })

  it('gives a program that names a network all that miner serve has there', async () => {
    await using node = await startChainNode({ subnets: [subnetOf(neurons)] })
    const folder = newFolder()
    const events: unknown[] = []
    const note = (record: object) => void events.push(record)
    await using scope = await openMiner({
      use: 'echo',
      settings: {
        axon: { host: '127.0.0.1', port: 0, externalIp: '203.0.113.7', externalPort: 8091 },
        subtensor: { network: node.url },
      },
      hotkey: '//Bob',
      folder,
      log: { debug: note, info: note, warn: note, error: note },
    })
    const axon = await scope.resolve(AXON)
    const { url } = axon
    assert.equal((await send(url, signedRequest({ by: alice }))).status, 200)
    assert.equal((await send(url, signedRequest({ by: charlie }))).status, 403)
    const neuron = await scope.resolve(NEURON)
    assert.equal(neuron?.report().uid, 1)
    const chain = await scope.resolve(CHAIN)
    assert.equal((await chain.metagraph(1)).neurons.length, 2)
    assert.ok(events.some(record => (record as { event?: unknown }).event === 'registered'))
    assert.ok(!events.some(record => (record as { code?: unknown }).code === 'NOBODY_ALLOWED'))
    assert.ok(readdirSync(folder).some(name => name.startsWith('metagraph-')))

    let hasEnded = false
    const { endAnnouncing } = neuron!
    neuron!.endAnnouncing = () => {
      hasEnded = true
      endAnnouncing()
    }
    await axon.drain(1_000)
    assert.ok(hasEnded, 'a miner that drains announces itself no more')
  })

  it('leaves nothing open, so that a program that closes it ends by itself', async () => {
    await using node = await startChainNode({ subnets: [subnetOf(neurons)] })
    const folder = newFolder()
    const options = {
      use: 'echo',
      settings: {
        axon: { host: '127.0.0.1', port: 0, externalIp: '203.0.113.7' },
        subtensor: { network: node.url },
      },
      hotkey: '//Bob',
      folder,
    }
    const program = `
      import { AXON, NEURON, openMiner } from 'bittensor-miner/embed'
      const scope = await openMiner(${JSON.stringify(options)})
      await scope.resolve(AXON)
      const neuron = await scope.resolve(NEURON)
      while (neuron.report().announcement !== 'announced') await new Promise(resolve => setTimeout(resolve, 20))
      await scope.close()
      console.log(JSON.stringify(process.getActiveResourcesInfo().filter(name => name !== 'PipeWrap')))`
    const ended = await run(process.execPath, ['--input-type=module', '--eval', program])
    assert.partialDeepStrictEqual(ended, { code: 0, signal: null, stderr: '', stdout: '[]\n' })
    const kept = readdirSync(folder).map(name => name.split('-')[0])
    assert.deepEqual(kept.sort(), ['announcements', 'metagraph'])
  })

  it('rejects the axon of a hotkey that is not registered, and a program that names no folder', async () => {
    await using node = await startChainNode({ subnets: [subnetOf(neurons)] })
    const settings = {
      axon: { host: '127.0.0.1', port: 0 },
      neuron: { announce: false },
      subtensor: { network: node.url },
    }
    const folder = join(tmpdir(), 'miner-never-made')
    await using stranger = await openMiner({ use: 'echo', settings, hotkey: '//Charlie', folder })
    await assert.rejects(stranger.resolve(AXON), (error: Error) => {
      assert.ok(error instanceof NeuronError)
      return error.code === 'HOTKEY_NOT_REGISTERED'
    })
    await using nowhere = await openMiner({ use: 'echo', settings, hotkey: '//Bob' })
    await assert.rejects(nowhere.resolve(AXON), ({ problems }: ConfigError) => problems[0]?.path === 'folder')
  })
})
