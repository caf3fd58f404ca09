import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { OpenAI } from 'openai'
import { openScope, root } from '#dist/app/container.js'
import { hostSections } from '#dist/app/settings.js'
import { AXON, CHOSEN_DIALECT, CHOSEN_MINER, CLIENT_FOR, CONFIGURATION, HOTKEY, LOG, MINER } from '#dist/app/tokens.js'
import { loadConfiguration } from '#dist/config/load.js'
import { prompting } from '#dist/dialects/prompting.js'
import type { ClientFor } from '#dist/miners/openai/http/client.js'
import { liveMiner } from '../support/cli.ts'
import { type ModelServer, startModelServer, whole } from '../support/model-server.ts'
import { printed } from '../support/printed.ts'
import { sdk } from '../support/sdk.ts'
import { bob, send, signedRequest } from '../support/signed-request.ts'

const replacement = fileURLToPath(new URL('../support/replace-client.ts', import.meta.url))

describe('container', () => {
  describe('with another client', () => {
    let model: ModelServer
    const asked: Parameters<ClientFor>[0][] = []
    before(async () => {
      model = await startModelServer(whole('from the other client', 'second'))
      root.register<ClientFor>(CLIENT_FOR, {
        useValue: async at => {
          asked.push(at)
          return new OpenAI({ baseURL: model.url, apiKey: 'its own' })
        },
      })
    })
    beforeEach(() => void asked.splice(0))
    after(async () => {
      root.clearInstances()
      await model[Symbol.asyncDispose]()
    })

    it('answers miner prompt with it', async () => {
      const stdout = await printed(['prompt', 'hi', '--n', '2', '--api-key', 'env:NO_KEY', '--project', 'p'], {
        env: { NO_KEY: 'k' },
      })
      assert.equal(stdout, 'from the other client\n')
      assert.deepEqual(asked, [{ baseUrl: null, apiKey: 'k', organization: null, project: 'p' }])
      assert.equal(model.requests.at(-1)?.headers.authorization, 'Bearer its own')
    })

    it('builds the miner for miner config show, without a client', async () => {
      assert.match(await printed(['config', 'show']), /^use = "openai"\n/)
      assert.deepEqual(asked, [])
    })

    it('answers miner serve with it', async () => {
      await using run = liveMiner(['serve', '--dev', '--axon-port', '0', '--n', '2'], {
        env: { NODE_OPTIONS: `--import=${replacement}`, MODEL_URL: model.url },
      })
      await run.says('"event":"serving"')
      const [, url] = /"url":"([^"]+)"/.exec(run.said.stderr)!
      assert.equal((await send(url!, signedRequest())).json.completion, 'from the other client')
    })
  })

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
})

type Wanted = { port: number; close?: () => Promise<void>; create?: (ending: AbortSignal) => void }

/** A scope with a miner of its own on a port of loopback. */
async function scopeWith({ port, close, create }: Wanted) {
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
    ],
    env: {},
    file: null,
    secrets: 'resolve',
  })
  scope.provide(CONFIGURATION, configuration)
  scope.provide(CHOSEN_MINER, miner)
  scope.provide(CHOSEN_DIALECT, prompting(sdk))
  scope.provide(HOTKEY, Promise.resolve(bob))
  scope.provide(LOG, { debug() {}, info() {}, warn() {}, error() {} })
  return scope
}

async function reachable(url: string): Promise<'open' | 'closed'> {
  return fetch(`${url}/healthz`).then(
    () => 'open',
    () => 'closed',
  )
}
