import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { legacyRequest, uuid1 } from '../support/legacy-request.ts'
import { freshNonce, type Sent, send, signedRequest } from '../support/signed-request.ts'

const program = fileURLToPath(new URL('serve-from-disk.ts', import.meta.url))

const cache = join(tmpdir(), 'miner-kill-cache')

const KILLS = 200
const IN_FLIGHT = 4
/** As far ahead as a caller's clock may be, with some time for the request to arrive. */
const AHEAD_MS = 3_900

/** A request that was sent, and what became of it. */
type Tried = {
  readonly sent: Sent
  readonly signedAtMs: number
  readonly isAhead: boolean
  readonly isLegacy: boolean
  answers: number
}

describe('kill -9', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'miner-kill-'))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  // Two histories, because the machine has other work while one of them waits for its process.
  it(`at ${KILLS} random moments under load: nothing that was answered is answered again`, async () => {
    const [one, other] = await Promise.all(['one', 'other'].map(name => history(join(folder, name, 'nonces'))))
    const tried = [...one!.tried, ...other!.tried]
    const answered = tried.filter(({ answers }) => answers > 0)
    assert.deepEqual(
      tried.filter(({ answers }) => answers > 1).map(({ sent }) => sent.headers.bt_header_dendrite_nonce),
      [],
    )
    assert.ok(answered.filter(({ isLegacy }) => isLegacy).length > KILLS / 10)
    // The load was one, and some of it was cut.
    assert.ok(answered.length > KILLS && answered.some(({ isAhead }) => isAhead), String(answered.length))
    assert.ok(one!.cut + other!.cut > KILLS / 10, `${one!.cut} and ${other!.cut} requests cut`)
    assert.ok(one!.replays + other!.replays > 10 * KILLS)
  })
})

/** Begins to load the program; it waits for the path of its store. */
function load(): ChildProcess {
  return fork(program, { stdio: 'inherit', env: { ...process.env, NODE_COMPILE_CACHE: cache } })
}

/** Starts, asks, kills and starts again. After each start it sends again what was sent before. */
async function history(path: string) {
  const tried: Tried[] = []
  const counts = { cut: 0, replays: 0 }
  let next = load()
  for (let life = 0; life <= KILLS / 2; life++) {
    const child = next
    next = load() // while this one serves
    const startedAt = Date.now()
    const url = await serve(child, path)
    // All that lies above the floor, and at times all of the last 90 s.
    const isWhole = life % 25 === 0
    const again = tried.filter(({ signedAtMs }) => signedAtMs > (isWhole ? startedAt - 90_000 : startedAt - 500))
    counts.replays += again.length
    using agent = agentOf()
    await each(again, one => replay(url, one, { agent, startedAt }))

    const killed = setTimeout(Math.random() * 60).then(() => child.kill('SIGKILL'))
    const ended = once(child, 'exit')
    await Promise.all(
      Array.from({ length: IN_FLIGHT }, async () => {
        while (child.signalCode === null) {
          const one = request()
          tried.push(one)
          const got = await send(url, one.sent, { agent }).catch(() => null)
          if (got?.status === 200) one.answers++
          if (!got) {
            counts.cut++
            break
          }
        }
      }),
    )
    await killed
    await ended
  }
  next.disconnect()
  return { tried, ...counts }
}

async function serve(child: ChildProcess, path: string): Promise<string> {
  child.send(path)
  const [{ url, unknownUntilMs }] = await once(child, 'message')
  await setTimeout(Math.max(0, unknownUntilMs - Date.now() + 2)) // at the first start only
  return url
}

/**
 * Every other caller's clock is ahead, so that its nonces lie above the floor of the next starts. Every third request has a
 * legacy nonce, of one of two dendrites.
 */
let count = 0
function request(): Tried {
  const isAhead = ++count % 2 === 0
  const signedAtMs = Date.now() + (isAhead ? AHEAD_MS : 0)
  const tried = { signedAtMs, isAhead, answers: 0 }
  if (count % 3 === 0)
    return { ...tried, isLegacy: true, sent: legacyRequest({ nonce: BigInt(count), uuid: uuid1(count % 2) }) }
  return { ...tried, isLegacy: false, sent: signedRequest({ nonce: freshNonce(signedAtMs), timeout: '60.0' }) }
}

async function replay(
  url: string,
  one: Tried,
  { agent, startedAt }: { agent: Agent; startedAt: number },
): Promise<void> {
  const got = await send(url, one.sent, { agent })
  // 503: a machine that is busy with this may take too long to write.
  if (got.status === 401 || got.status === 503) return
  // A request whose connection the kill cut before its record was written was never answered: it may be, once.
  one.answers++
  assert.equal(got.status, 200)
  assert.ok(one.isLegacy || one.signedAtMs > startedAt, 'signed before the start')
}

async function each<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const left = items.values()
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      for (const item of left) await work(item)
    }),
  )
}

function agentOf(): Agent & Disposable {
  const agent = new Agent({ keepAlive: true })
  return Object.assign(agent, { [Symbol.dispose]: () => agent.destroy() })
}
