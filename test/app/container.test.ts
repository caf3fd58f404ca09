import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { openScope } from '#dist/app/container.js'
import { hostSections } from '#dist/app/settings.js'
import { AXON, CHOSEN_DIALECT, CHOSEN_MINER, CONFIGURATION, HOTKEY, LOG, MINER } from '#dist/app/tokens.js'
import { loadConfiguration } from '#dist/config/load.js'
import { prompting } from '#dist/dialects/prompting.js'
import { sdk } from '../support/sdk.ts'
import { bob } from '../support/signed-request.ts'

describe('container', () => {
  it('builds each thing once in a run, and anew in the next', async () => {
    await using scope = await scopeWith({ port: 0 })
    await using other = await scopeWith({ port: 0 })
    assert.equal(scope.resolve(MINER), scope.resolve(MINER))
    assert.notEqual(await scope.resolve(MINER), await other.resolve(MINER))
  })

  it('closes the axon before the miner that answers there', async () => {
    const closed: string[] = []
    const scope = await scopeWith({ port: 0, close: async () => void closed.push(await reachable(url)) })
    const { url } = await scope.resolve(AXON)
    assert.equal(await reachable(url), 'open')
    await scope[Symbol.asyncDispose]()
    assert.deepEqual(closed, ['closed'])
  })

  it('closes the miner when the port cannot be opened', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    let closed = 0
    const scope = await scopeWith({ port, close: async () => void closed++ })
    await assert.rejects(scope.resolve(AXON), { code: 'PORT_IN_USE' })
    await scope[Symbol.asyncDispose]()
    assert.equal(closed, 1)
    server.close()
  })

  it('aborts the miner’s signal before it closes the miner', async () => {
    const { promise: built, resolve: create } = Promise.withResolvers<AbortSignal>()
    const wasEnding: boolean[] = []
    const scope = await scopeWith({ port: 0, create, close: async () => void wasEnding.push((await built).aborted) })
    await scope.resolve(MINER)
    assert.equal((await built).aborted, false)
    await scope[Symbol.asyncDispose]()
    assert.deepEqual(wasEnding, [true])
  })

  it('resolves nothing once it is closed, and closes what was still being built', async () => {
    const { promise: hotkey, resolve: found } = Promise.withResolvers<typeof bob>()
    const closed: string[] = []
    const scope = await scopeWith({ port: 0, hotkey, close: async () => void closed.push('miner') })
    const axon = scope.resolve(AXON)
    const refused = assert.rejects(axon, { code: 'SCOPE_CLOSED' })
    await scope.resolve(MINER)
    await scope[Symbol.asyncDispose]()
    found(bob)
    await refused
    assert.deepEqual(closed, ['miner'])
    assert.throws(() => scope.resolve(MINER), { name: 'ScopeError', code: 'SCOPE_CLOSED' })
  })

  it('names a token that it does not know', async () => {
    await using scope = openScope()
    assert.throws(() => scope.resolve(Symbol.for('bittensor-miner/nope')), { code: 'TOKEN_UNKNOWN' })
    assert.throws(() => scope.resolve(undefined as never), { code: 'TOKEN_UNKNOWN' })
  })
})

type Wanted = {
  port: number
  close?: () => Promise<void>
  create?: (ending: AbortSignal) => void
  hotkey?: Promise<typeof bob>
}

/** A scope with a miner of its own on a port of loopback. */
async function scopeWith({ port, close, create, hotkey = Promise.resolve(bob) }: Wanted) {
  const scope = openScope()
  const miner = sdk.defineMiner({
    name: 'tested',
    summary: 'is tested',
    settings: sdk.z.object({}),
    create({ signal }) {
      create?.(signal)
      return {
        async *prompt() {
          yield 'answer'
          return { model: 'tested', finishReason: 'stop' }
        },
        ...(close && { close }),
      }
    },
  })
  const configuration = await loadConfiguration({
    sections: [
      ...Object.values(hostSections),
      { name: 'tested', title: 'tested', of: 'miner', settings: miner.settings },
    ],
    known: [],
    flags: [
      { path: 'axon.port', flag: '--axon-port', texts: [String(port)] },
      { path: 'axon.host', flag: '--axon-host', texts: ['127.0.0.1'] },
      { path: 'axon.store', flag: '--store', texts: ['memory'] },
      { path: 'subtensor.network', flag: '--network', texts: ['none'] },
    ],
    env: {},
    file: null,
    secrets: 'resolve',
  })
  scope.provide(CONFIGURATION, configuration)
  scope.provide(CHOSEN_MINER, miner)
  scope.provide(CHOSEN_DIALECT, prompting(sdk))
  scope.provide(HOTKEY, hotkey)
  scope.provide(LOG, { debug() {}, info() {}, warn() {}, error() {} })
  return scope
}

async function reachable(url: string): Promise<'open' | 'closed'> {
  return fetch(`${url}/healthz`).then(
    () => 'open',
    () => 'closed',
  )
}
