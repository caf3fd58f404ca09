import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { prompting } from '#dist/dialects/prompting.js'
import { sdk } from '../support/sdk.ts'
import { send, signedRequest } from '../support/signed-request.ts'
import { startAxon } from '../support/start-axon.ts'
import { realSockets } from './real-sockets.ts'
import { told } from './told.ts'

describe('an axon whose event loop stays late', () => {
  realSockets()

  it('refuses strangers with 503, tells so in /healthz, and answers pings; and takes all work when it is over', async () => {
    const answer = async () => 'fine'
    const dialect = { ...prompting(sdk), routes: { 'POST /work': { answer }, 'GET /work': { answer } } }
    await using axon = await startAxon({ rules: [], dialect })
    const health = async () => (await fetch(`${axon.url}/healthz`)).json() as Promise<{ overload?: { sheds: string } }>
    assert.equal((await send(axon.url, signedRequest())).status, 200)

    const busy = setInterval(() => block(350), 1)
    while (!(await health()).overload) await sleep(1)
    assert.equal((await fetch(`${axon.url}/healthz`)).status, 200)
    assert.ok(axon.load().overload)
    const refused = told(axon, 'refused')
    const got = await send(axon.url, signedRequest())
    assert.deepEqual([got.status, got.json.message], [503, 'The axon is overloaded'])
    assert.equal(got.headers['retry-after'], '2')
    assert.partialDeepStrictEqual(await refused, { code: 'OVERLOADED', hotkey: null })
    const ping = await send(axon.url, signedRequest({ synapse: 'Synapse', fields: {} }))
    assert.equal(ping.status, 200)
    assert.equal((await fetch(`${axon.url}/work`, { method: 'POST', body: '{}' })).status, 503)
    assert.equal((await fetch(`${axon.url}/work`)).status, 200)
    clearInterval(busy)

    while ((await health()).overload) await sleep(1)
    assert.equal((await send(axon.url, signedRequest())).status, 200)
    assert.equal((await fetch(`${axon.url}/work`, { method: 'POST', body: '{}' })).status, 200)
  })
})

/** Keeps the thread busy. */
function block(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until; );
}
