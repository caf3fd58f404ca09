import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { keypairFromUri } from '#dist/keys/key-uri.js'
import type { Keypair } from '#dist/keys/keypair.js'
import type { Signed } from '#dist/keys/verifier.js'
import { VerifierThread } from '#dist/keys/verifier-thread.js'
import { attacks } from './attacks.ts'

const real = JSON.stringify(import.meta.resolve('#dist/keys/verifier-worker.js'))

/** Code for a thread. What it tells as a panic, the test hears. */
function code(text: string): URL {
  return new URL(
    `data:text/javascript,${encodeURIComponent(
      `import { parentPort as port } from 'node:worker_threads'; const tell = panic => port.postMessage({ panic }); ${text}`,
    )}`,
  )
}

/** The real thread, which also tells when it has begun, and how many signatures come with each batch. */
const telling = code(`port.on('message', batch => tell(batch.length)); await import(${real}); tell('begun')`)

/** A thread of the given code, and what it has told since it began. */
async function begun(from: URL) {
  const told: unknown[] = []
  const failures: unknown[] = []
  const began = Promise.withResolvers<void>()
  const failed = Promise.withResolvers<void>()
  const thread = new VerifierThread({
    code: from,
    onPanic: cause => (cause === 'begun' ? began.resolve() : told.push(cause)),
    onFailure: cause => {
      failures.push(cause)
      failed.resolve()
    },
  })
  await began.promise
  return { thread, told, failures, failed: failed.promise, [Symbol.asyncDispose]: () => thread[Symbol.asyncDispose]() }
}

describe('VerifierThread', () => {
  let alice: Keypair
  before(async () => {
    alice = await keypairFromUri('//Alice')
  })

  function good(said = 'some text'): Signed {
    const text = Buffer.from(said)
    return { publicKey: alice.publicKey, text, signature: alice.sign(text) }
  }
  function bad(): Signed {
    return { ...good(), text: Buffer.from('another text') }
  }

  it('returns whether each signature holds, batch by batch', async () => {
    await using there = await begun(telling)
    const answers = await Promise.all([
      there.thread.verify([good('é\0\u{1f600}'), bad(), good()]),
      there.thread.verify([bad()]),
      there.thread.verify([bad(), good()]),
      there.thread.verify([good()]),
    ])
    assert.deepEqual(answers, [[true, false, true], [false], [false, true], [true]])
    assert.deepEqual(there.told, [3, 1, 2, 1])
  })

  it('checks a single signature on the caller’s thread', async () => {
    await using there = await begun(telling)
    assert.deepEqual(await there.thread.verify([good()]), [true])
    assert.deepEqual(await there.thread.verify([bad()]), [false])
    await there.thread.verify([good(), good()])
    assert.deepEqual(there.told, [2])
  })

  it('sends only the signature, not the memory around it', async () => {
    const sizes = code(
      `port.on('message', batch => { tell(JSON.stringify(batch).length); port.postMessage([true, true]) })
       port.postMessage('ready'); tell('begun')`,
    )
    await using there = await begun(sizes)
    const memory = new Uint8Array(1_000_000)
    const part = (length: number) => memory.subarray(7, 7 + length)
    const signed = { publicKey: part(32), text: part(10), signature: part(64) }
    await there.thread.verify([signed, signed])
    assert.ok((there.told[0] as number) < 2_000)
  })

  for (const [what, attack] of Object.entries(attacks)) {
    it(`still verifies after 1,500 ${what}`, async () => {
      await using there = await begun(telling)
      for (let i = 8; i <= 1_504; i += 8) {
        const batch = [...Array.from({ length: 8 }, () => attack(good())), ...(i % 376 === 0 ? [good()] : [])]
        assert.deepEqual(
          await there.thread.verify(batch),
          batch.map((_, at) => at === 8),
        )
      }
      assert.deepEqual(
        there.told.filter(told => typeof told !== 'number'),
        [],
      )
    })
  }

  it('reports a panic of the library in the thread', async () => {
    const panicking = code(
      `port.on('message', () => { tell(new Error('unreachable')); port.postMessage([false, false]) })
       port.postMessage('ready'); tell('begun')`,
    )
    await using there = await begun(panicking)
    assert.deepEqual(await there.thread.verify([good(), good()]), [false, false])
    assert.match(String(there.told), /unreachable/)
  })

  describe('when the thread', () => {
    const deaths = {
      throws: `throw new Error('a fault')`,
      ends: 'process.exit(3)',
      'runs out of memory': 'const all = []; for (;;) all.push(new Array(1e6).fill({}))',
    }
    for (const [how, death] of Object.entries(deaths)) {
      it(`${how}, settles pending checks, reports it once, and continues without the thread`, async () => {
        await using there = await begun(
          code(`port.on('message', () => { ${death} }); port.postMessage('ready'); tell('begun')`),
        )
        const answers = [there.thread.verify([good(), bad()]), there.thread.verify([bad()])]
        assert.deepEqual(await Promise.all(answers), [[true, false], [false]])
        await there.failed
        assert.deepEqual(await there.thread.verify([bad(), good()]), [false, true])
        await there.thread[Symbol.asyncDispose]()
        assert.equal(there.failures.length, 1)
      })
    }

    const places = { 'is no file': 'file:///nowhere/worker.js', 'cannot even be begun': 'http://127.0.0.1/worker.js' }
    for (const [how, place] of Object.entries(places)) {
      it(`${how}, reports it once and checks on the caller’s thread`, async () => {
        const { promise, resolve } = Promise.withResolvers<unknown>()
        await using thread = new VerifierThread({ code: new URL(place), onPanic: assert.ifError, onFailure: resolve })
        assert.deepEqual(await thread.verify([good(), bad()]), [true, false])
        assert.ok((await promise) instanceof Error)
        assert.deepEqual(await thread.verify([good(), bad()]), [true, false])
      })
    }
  })

  it('settles pending checks when it is closed, without reporting a failure', async () => {
    const silent = code(`port.on('message', () => {}); port.postMessage('ready'); tell('begun')`)
    const there = await begun(silent)
    const waiting = there.thread.verify([good(), bad()])
    await there.thread[Symbol.asyncDispose]()
    assert.deepEqual(await waiting, [true, false])
    assert.deepEqual(await there.thread.verify([good(), bad()]), [true, false])
    await there.thread[Symbol.asyncDispose]()
    assert.deepEqual(there.failures, [])
  })

  it('does not keep the process alive', () => {
    const from = JSON.stringify(import.meta.resolve('#dist/keys/verifier-thread.js'))
    const program = `import { VerifierThread } from ${from}; new VerifierThread({ onPanic() {}, onFailure() {} })`
    execFileSync(process.execPath, ['--input-type=module', '--eval', program], { timeout: 100_000 })
  })
})
