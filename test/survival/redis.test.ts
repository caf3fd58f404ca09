import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { NonceOwner, SignedNonce } from '#dist/store/nonce-store.js'
import { openRedisStore } from '#dist/store/redis/redis-store.js'
import type { StoreEvent } from '#dist/store/store-events.js'
import { runMiner, startMiner } from '../support/miner-process.ts'
import { alice, bob, send, signedRequest } from '../support/signed-request.ts'
import { Clock } from '../support/start-axon.ts'
import { startRedis } from './start-redis.ts'

const owner: NonceOwner = { countedAs: alice.address, isStranger: false }

describe('the store in Redis', () => {
  const clock = new Clock()
  const events: StoreEvent[] = []
  beforeEach(() => events.splice(0))

  const open = (url: string, secret = 'a secret of the replicas', legacyNonces = false) =>
    openRedisStore({
      url,
      secret,
      legacyNonces,
      hotkey: bob.address,
      perCaller: 1_000,
      inAll: 1_000,
      now: clock.now,
      onEvent: event => events.push(event),
    })

  function nonce(aheadMs = 0, { uuid = 'u', sequence = null as string | null } = {}): SignedNonce {
    const signedAtNs = BigInt(clock.ms + aheadMs) * 1_000_000n
    return { replayKey: `${alice.address}:${uuid}:${signedAtNs}`, signedAtNs, keepMs: 64_000, sequence, legacy: null }
  }

  it('spends a nonce once for all, after the first 6 s, and shows no hotkey', async () => {
    await using redis = await startRedis()
    await using one = await open(redis.url)
    await using other = await open(redis.url)
    assert.equal(one.unknownUntilMs, clock.ms + 6_000)
    await assert.rejects(one.spend(nonce(3_900), owner, clock.ms), { code: 'NONCES_UNKNOWN' })
    clock.ms += 6_000
    assert.equal(await one.spend(nonce(1), owner, clock.ms), true)
    assert.equal(await other.spend(nonce(1), owner, clock.ms), false)
    assert.equal(await one.spend(nonce(1), owner, clock.ms), false)
    assert.equal(await other.spend(nonce(2), owner, clock.ms), true)
    const cli = (...words: string[]) =>
      execFileSync('redis-cli', ['-p', String(redis.port), ...words], { encoding: 'utf8' })
    const keys = cli('KEYS', '*')
      .trim()
      .split('\n')
      .filter(key => !/^miner:secret:[\w-]{22}$/.test(key))
    assert.equal(keys.length, 2)
    for (const key of keys) {
      assert.match(key, /^miner:nonce:[\w-]{22}$/)
      const ttl = Number(cli('PTTL', key))
      assert.ok(ttl > 64_000 && ttl <= 64_000 + 10_010, String(ttl))
    }
  })

  it('lets nonces rise for all replicas, where a dialect wants that', async () => {
    await using redis = await startRedis()
    await using one = await open(redis.url)
    await using other = await open(redis.url)
    clock.ms += 6_000
    const rising = { sequence: 'alice:u' }
    assert.equal(await one.spend(nonce(2_000, rising), owner, clock.ms), true)
    assert.equal(await other.spend(nonce(1_000, rising), owner, clock.ms), false)
    assert.equal(await other.spend(nonce(3_000, rising), owner, clock.ms), true)
    assert.equal(await one.spend(nonce(2_500, rising), owner, clock.ms), false)
  })

  const legacy = (signedAtNs: bigint, dendrite = 1, hotkey = alice.address): SignedNonce => ({
    ...nonce(),
    signedAtNs,
    legacy: { hotkey, sequence: `${hotkey}:${dendrite}`, madeAtNs: BigInt(dendrite) },
  })

  it('lets legacy nonces rise for all replicas, and knows them when it was killed and started again', async () => {
    await using redis = await startRedis()
    await using one = await open(redis.url, undefined, true)
    await assert.rejects(one.spend(legacy(7n), owner, clock.ms), { code: 'NONCES_UNKNOWN' })
    clock.ms += 6_000
    await using other = await open(redis.url, undefined, true)
    clock.ms += 6_000
    assert.equal(await one.spend(legacy(7n), owner, clock.ms), true)
    for (const spent of [legacy(7n), legacy(6n)]) assert.equal(await other.spend(spent, owner, clock.ms), false)
    assert.equal(await other.spend(legacy(8n), owner, clock.ms), true)
    assert.equal(await one.spend(legacy(8n, 2), owner, clock.ms), true)
    assert.equal(await one.spend(legacy(8n, 1, bob.address), owner, clock.ms), true)
    await redis.killed('with data')
    while (one.unknownUntilMs < clock.ms || one.state.failure) await new Promise(resolve => setTimeout(resolve, 20))
    clock.ms += 6_000
    // By the Redis: each of the two asks for what the other has spent.
    assert.equal(await one.spend(legacy(8n), owner, clock.ms), false)
    for (const spent of [legacy(8n, 2), legacy(8n, 1, bob.address)])
      assert.equal(await other.spend(spent, owner, clock.ms), false)
    assert.equal(await one.spend(legacy(9n), owner, clock.ms), true)
  })

  it('answers no legacy nonce again that it answered, though its Redis lost it when it was killed', async () => {
    await using redis = await startRedis()
    await using store = await open(redis.url, undefined, true)
    clock.ms += 6_000
    for (const one of [legacy(7n), legacy(7n, 2)]) assert.equal(await store.spend(one, owner, clock.ms), true)
    await redis.killed('without data')
    while (store.unknownUntilMs <= clock.ms || store.state.failure)
      await new Promise(resolve => setTimeout(resolve, 20))
    clock.ms += 6_000
    for (const spent of [legacy(7n), legacy(6n), legacy(7n, 2)])
      assert.equal(await store.spend(spent, owner, clock.ms), false)
    assert.equal(await store.spend(legacy(8n), owner, clock.ms), true)
  })

  it('remembers 64 dendrites of a hotkey, and lets no older one in instead', async () => {
    await using redis = await startRedis()
    await using store = await open(redis.url, undefined, true)
    clock.ms += 6_000
    const spend = (one: SignedNonce) => store.spend(one, owner, ++clock.ms)
    for (let dendrite = 1; dendrite <= 64; dendrite++) assert.equal(await spend(legacy(1n, dendrite)), true)
    assert.equal(await spend(legacy(2n, 1)), true)
    assert.equal(await spend(legacy(1n, 65)), true)
    const dropped = { code: 'NOT_VERIFIED', message: /has dropped its dendrite/ }
    for (const older of [0, 2]) await assert.rejects(spend(legacy(100n, older)), dropped)
    for (const spent of [legacy(100n, 2), legacy(2n, 1)])
      assert.equal(store.has(spent), true, 'the signature of a replay is not checked, nor is the Redis asked')
    assert.equal(store.has(legacy(101n, 2)), false)
    assert.deepEqual([await spend(legacy(2n, 1)), await spend(legacy(1n, 3))], [false, false])
    assert.deepEqual([await spend(legacy(3n, 1)), await spend(legacy(1n, 66))], [true, true])
    assert.equal(await spend(legacy(1n, 2, bob.address)), true)
    const cli = (...words: string[]) =>
      execFileSync('redis-cli', ['-p', String(redis.port), ...words], { encoding: 'utf8' }).trim()
    const keys = cli('KEYS', 'miner:legacy:*').split('\n')
    assert.equal(keys.length, 3, 'two hotkeys, and the set of them')
    for (const key of keys) {
      assert.match(key, /^miner:legacy:[\w-]{22}$/)
      assert.ok(Number(cli('MEMORY', 'USAGE', key)) < 8_000)
      assert.equal(cli('PTTL', key), '-1')
    }
  })

  it('refuses legacy nonces of the 1,025th hotkey', async () => {
    await using redis = await startRedis()
    await using store = await open(redis.url, undefined, true)
    clock.ms += 6_000
    const hotkeys = Array.from({ length: 1_024 }, (_, at) => legacy(1n, 1, `hotkey ${at}`))
    const first = await Promise.all(hotkeys.map(one => store.spend(one, owner, clock.ms)))
    assert.ok(first.every(isFirst => isFirst))
    for (const nonce of [1n, 2n])
      await assert.rejects(store.spend(legacy(nonce), owner, clock.ms), { code: 'LEGACY_STORE_FULL', headers: [] })
    assert.equal(await store.spend(legacy(2n, 1, 'hotkey 7'), owner, clock.ms), true)
    const reports = events.filter(({ event }) => event === 'legacyStoreFull')
    assert.equal(reports.length, 1)
    const [, key] = /^delete (miner:legacy:[\w-]{22}) in the Redis/.exec(reports[0]!.hint!)!
    execFileSync('redis-cli', ['-p', String(redis.port), 'DEL', key!])
    assert.equal(await store.spend(legacy(3n), owner, clock.ms), true)
    await using other = await open(redis.url, undefined, true)
    clock.ms += 6_000
    assert.equal(await other.spend(legacy(2n, 1, 'hotkey 7'), owner, clock.ms), false, 'the nonces stay')
  })

  it('is not opened for legacy nonces with a Redis that forgets', async () => {
    await using redis = await startRedis('--appendonly', 'no')
    await (await open(redis.url))[Symbol.asyncDispose]()
    await assert.rejects(open(redis.url, undefined, true), { code: 'STORE_UNSUITABLE', hint: /^set appendonly yes/ })
  })

  it('keeps a nonce burnt that it could not spend in time, and goes on with the same server', async () => {
    await using redis = await startRedis()
    await using store = await open(redis.url)
    clock.ms += 6_000
    const { unknownUntilMs } = store
    redis.send('SIGSTOP')
    await assert.rejects(store.spend(nonce(1), owner, clock.ms), { code: 'NONCE_STORE_FAILED' })
    await assert.rejects(store.spend(nonce(2), owner, clock.ms), { code: 'NONCE_STORE_FAILED' })
    redis.send('SIGCONT')
    let at = 2
    while ((await store.spend(nonce(++at), owner, clock.ms).catch(() => false)) === false)
      await new Promise(resolve => setTimeout(resolve, 20))
    assert.equal(await store.spend(nonce(1), owner, clock.ms), false)
    assert.equal(store.unknownUntilMs, unknownUntilMs, 'it is the same server')
    assert.deepEqual(
      events.map(({ event }) => event),
      ['noncesUnknown', 'storeFailed', 'storeRecovered'],
    )
  })

  it('tells that it fails while its Redis is away, and no longer when it is back, without a request', async () => {
    await using redis = await startRedis()
    await using store = await open(redis.url)
    assert.partialDeepStrictEqual(store.state, { kind: 'redis', failure: null })
    await redis.kill()
    while (!store.state.failure) await new Promise(resolve => setTimeout(resolve, 5))
    await assert.rejects(store.spend(nonce(6_001), owner, clock.ms), { code: 'NONCE_STORE_FAILED' })
    assert.partialDeepStrictEqual(store.state, { failure: { code: 'STORE_UNREACHABLE' } })
    await redis.start()
    while (store.state.failure) await new Promise(resolve => setTimeout(resolve, 20))
    assert.deepEqual(
      events.map(({ event }) => event),
      ['noncesUnknown', 'storeFailed', 'noncesUnknown', 'storeRecovered'],
    )
  })

  it('takes the nonces for unknown of a master that was a replica for a while', async () => {
    await using redis = await startRedis()
    await using other = await startRedis()
    await using store = await open(redis.url)
    clock.ms += 6_000
    const spent = nonce(3_900)
    assert.equal(await store.spend(spent, owner, clock.ms), true)
    const cli = (...words: string[]) => execFileSync('redis-cli', ['-p', String(redis.port), ...words])
    cli('REPLICAOF', '127.0.0.1', String(other.port))
    await assert.rejects(store.spend(nonce(1), owner, clock.ms), { code: 'NONCE_STORE_FAILED' })
    while (store.state.failure?.code !== 'STORE_UNSUITABLE') await new Promise(resolve => setTimeout(resolve, 5))
    cli('REPLICAOF', 'NO', 'ONE')
    while (store.state.failure) await new Promise(resolve => setTimeout(resolve, 20))
    assert.equal(store.unknownUntilMs, clock.ms + 6_000)
    assert.partialDeepStrictEqual(
      events.filter(({ event }) => event === 'noncesUnknown'),
      [{ level: 'info' }, { level: 'warn', why: 'its Redis was started again, or was not the master for a while' }],
    )
  })

  it('is not opened with another secret than that of the other replicas', async () => {
    await using redis = await startRedis()
    await using _store = await open(redis.url)
    await using _same = await open(redis.url)
    await assert.rejects(open(redis.url, 'a secret of another kind'), {
      code: 'STORE_SECRET',
      hint: /give all replicas the same --store-secret; .* delete miner:secret:[\w-]{22} in the Redis/,
    })
  })

  const faults: [title: string, code: string, options: string[], credentials: string, message: RegExp][] = [
    [
      'a wrong password',
      'STORE_REFUSED',
      ['--requirepass', 'right'],
      ':wrong-password@',
      /refuses the user or the password/,
    ],
    ['no password', 'STORE_REFUSED', ['--requirepass', 'right'], '', /refuses the user or the password/],
    ['a server that evicts', 'STORE_UNSUITABLE', ['--maxmemory-policy', 'allkeys-lru'], '', /policy is allkeys-lru/],
    ['a replica', 'STORE_UNSUITABLE', ['--replicaof', '127.0.0.1 1'], '', /is a slave/],
  ]
  for (const [title, code, options, credentials, message] of faults)
    it(`is not opened with ${title}, and the message shows no password`, async () => {
      await using redis = await startRedis(...options)
      const url = redis.url.replace('//', `//${credentials}`)
      await assert.rejects(open(url), (error: Error & { code: string }) => {
        assert.equal(error.code, code)
        assert.match(error.message, message)
        assert.ok(!error.message.includes('wrong-password'))
        return true
      })
    })

  it('is not opened with a database that the server does not have', async () => {
    await using redis = await startRedis()
    await assert.rejects(open(`${redis.url}/16`), { code: 'STORE_REFUSED', message: /has no database of this number/ })
    await (await open(`${redis.url}/15`))[Symbol.asyncDispose]()
  })

  it('is not opened with a server of HTTP, and says that it is no Redis', async () => {
    const server = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    await assert.rejects(open(`redis://127.0.0.1:${port}`), {
      code: 'STORE_UNREACHABLE',
      message: `what answers at redis://127.0.0.1:${port} is no Redis`,
    })
    server.close()
  })

  it('is not opened without a server', async () => {
    const redis = await startRedis()
    await redis[Symbol.asyncDispose]()
    await assert.rejects(open(redis.url), { code: 'STORE_UNREACHABLE', message: /ECONNREFUSED/ })
  })
})

describe('miner serve --store redis://', () => {
  const wallets = fileURLToPath(new URL('../fixtures/wallets', import.meta.url))
  const serve = [
    ...['serve', '--use', 'echo', '--network', 'none', '--allow', alice.address],
    ...['--axon-host', '127.0.0.1', '--axon-port', '0', '--wallet-path', wallets, '--wallet-name', 'plain'],
  ]
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'miner-serve-redis-'))
    writeFileSync(join(folder, 'secret'), 'a secret of the replicas\n')
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('answers each request with one of two miners, and shows neither password nor secret', async () => {
    await using redis = await startRedis('--requirepass', 'open-sesame')
    const url = redis.url.replace('//', '//:open-sesame@')
    const args = [...serve, '--store-secret', `file:${join(folder, 'secret')}`]
    const env = { MINER_AXON_STORE: url }
    await using one = await startMiner(args, { env })
    await using other = await startMiner(args, { env })
    const known = [one, other].map(({ records }) =>
      Number(records.find(({ event }) => event === 'noncesUnknown')!.untilMs),
    )
    await new Promise(resolve => setTimeout(resolve, Math.max(...known) - Date.now() + 2))
    const sent = signedRequest()
    const got = await Promise.all([one, other].map(miner => send(miner.url, sent)))
    assert.deepEqual(got.map(({ status }) => status).sort(), [200, 401])
    const shown = await runMiner(['config', 'show', '--origin'], {
      env: { ...env, MINER_AXON_STORE_SECRET: 'x'.repeat(16) },
    })
    const said = [shown.stdout, shown.stderr, (await one.stop()).stderr].join('\n')
    assert.match(shown.stdout, /redis:\/\/127\.0\.0\.1:\d+/)
    for (const secret of ['open-sesame', 'a secret of the replicas', 'x'.repeat(16)]) assert.ok(!said.includes(secret))
  })

  it('names what is wrong with the settings, and exits with 2', async () => {
    const url = 'redis://:open-sesame@127.0.0.1:1'
    const lacking = await runMiner([...serve, '--store', url])
    assert.equal(lacking.code, 2)
    assert.match(lacking.stderr, /axon\.storeSecret is missing: a store in Redis needs a secret/)
    const other = await runMiner([...serve, '--store', 'http://127.0.0.1'])
    assert.equal(other.code, 2)
    assert.match(other.stderr, /must be disk, memory or a URL that begins with redis:\/\/ or rediss:\/\//)
    const gone = await runMiner([...serve, '--store', url, '--store-secret', 'x'.repeat(16)])
    assert.equal(gone.code, 1)
    assert.match(gone.stderr, /cannot reach the Redis redis:\/\/127\.0\.0\.1:1: ECONNREFUSED/)
    assert.match(gone.stderr, /axon\.store has a password, and others on this machine can see the command line/)
    assert.ok(!(lacking.stderr + gone.stderr).includes('open-sesame'))
  })
})
