import assert from 'node:assert/strict'
import type { Check } from '#dist/plugin/miner.js'
import { liveMiner } from '../support/cli.ts'
import { scripted } from '../support/linked-miner.ts'
import { runMiner, spawnMiner } from '../support/miner-process.ts'
import type { Script } from '../support/miners/scripted.ts'
import { startModelServer } from '../support/model-server.ts'

const check = (script: Script, ...args: string[]) => runMiner(['check', ...args], { env: scripted(script) })

const main: Check = {
  name: 'main, key 1',
  findings: { reachable: true, keyAccepted: true, firstToken: 99.6, total: 812 },
}
const refused: Check = {
  name: 'main, key 2',
  findings: { reachable: true, keyAccepted: false, firstToken: null, total: null },
  problem: { code: 'MODEL_KEY_REFUSED', message: 'the key is refused', hint: 'set another' },
}
const dead: Check = {
  name: 'local',
  findings: { reachable: false, proxied: true },
  problem: { code: 'MODEL_UNREACHABLE', message: 'nobody answers there' },
}

describe('miner check', () => {
  it('shows what was found out of each way to an answer', async () => {
    assert.deepEqual(await check({ checks: [main] }), {
      code: 0,
      signal: null,
      stdout:
        'NAME         REACHABLE  KEY ACCEPTED  FIRST TOKEN  TOTAL   PROBLEM\n' +
        'main, key 1  yes        yes           100 ms       812 ms\n',
      stderr: '',
    })
  })

  it('tells each problem and what would mend it, and warns when only some work', async () => {
    assert.deepEqual(await check({ checks: [main, refused, dead] }), {
      code: 0,
      signal: null,
      stdout:
        'NAME         REACHABLE  KEY ACCEPTED  FIRST TOKEN  TOTAL   PROXIED  PROBLEM\n' +
        'main, key 1  yes        yes           100 ms       812 ms  –\n' +
        'main, key 2  yes        no            –            –       –        MODEL_KEY_REFUSED\n' +
        'local        no         –             –            –       yes      MODEL_UNREACHABLE\n',
      stderr:
        'main, key 2: the key is refused\n  try: set another\n' +
        'local: nobody answers there\n' +
        'warning: 2 of 3 endpoints and keys cannot answer\n',
    })
  })

  it('tells what is worth knowing of a way that works, in words and in JSON', async () => {
    const noted = { ...main, notes: ['llama refuses top_p, which is not sent\u001b'] }
    const { code, stderr } = await check({ checks: [noted] })
    assert.deepEqual([code, stderr], [0, 'warning: main, key 1: llama refuses top_p, which is not sent\\u001b\n'])
    assert.deepEqual(JSON.parse((await check({ checks: [noted] }, '--json')).stdout), { checks: [noted] })
  })

  it('notes that the axon asks more at once than an endpoint answers', async () => {
    const slow = { ...main, concurrency: 4 }
    const note =
      'answers 4 questions at once, but --concurrency is 16: further questions wait there, and may be late; lower --concurrency, or start the server with more slots'
    const { code, stderr } = await check({ checks: [slow] })
    assert.deepEqual([code, stderr], [0, `warning: main, key 1: ${note}\n`])
    assert.deepEqual(JSON.parse((await check({ checks: [slow] }, '--json')).stdout), {
      checks: [{ ...slow, notes: [note] }],
    })
    assert.equal((await check({ checks: [slow] }, '--concurrency', '4')).stderr, '')
  })

  it('exits with 2, and says what prompt and serve say, when no key is there at all', async () => {
    const { code, stdout, stderr } = await runMiner(['check'])
    assert.deepEqual([code, stdout], [2, ''])
    assert.equal(stderr, (await runMiner(['prompt', 'hi'])).stderr)
  })

  it('exits with 1 when none works', async () => {
    const { code, stderr } = await check({ checks: [refused, dead] })
    assert.equal(code, 1)
    assert.equal(stderr, 'main, key 2: the key is refused\n  try: set another\nlocal: nobody answers there\n')
  })

  it('gives one JSON document with --json, with the same exit code', async () => {
    const some = await check({ checks: [main, refused] }, '--json')
    assert.deepEqual(JSON.parse(some.stdout), { checks: [main, refused] })
    assert.deepEqual({ code: some.code, stderr: some.stderr }, { code: 0, stderr: '' })
    const none = await check({ checks: [dead] }, '--json')
    assert.deepEqual(JSON.parse(none.stdout), { checks: [dead] })
    assert.deepEqual({ code: none.code, stderr: none.stderr }, { code: 1, stderr: '' })
  })

  it('shows no secret, and nothing that drives a terminal', async () => {
    const name = 'a\u001b[2J'
    const problem = { code: 'X\u001b', message: 'no use for sk-s3cret\n', hint: 'not sk-s3cret\u202e' }
    const script = {
      checks: [
        { name, findings: { '\u009bup': true }, problem },
        { name: 'b', findings: Object.fromEntries([['constructor', true]]) },
      ],
    }
    const env = { ...scripted(script), MINER_SCRIPTED_API_KEY: 'sk-s3cret' }
    const words = await runMiner(['check'], { env })
    assert.equal(
      words.stdout,
      'NAME        \\U009BUP  CONSTRUCTOR  PROBLEM\na\\u001b[2J  yes       –            X\\u001b\nb           –         yes\n',
    )
    assert.ok(words.stderr.startsWith('a\\u001b[2J: no use for ***\\u000a\n  try: not ***\\u202e\n'), words.stderr)
    const json = await runMiner(['check', '--json'], { env })
    assert.equal(JSON.parse(json.stdout).checks[0].problem.message, 'no use for ***\n')
    assert.equal(json.stdout.includes('s3cret'), false)
  })

  it('names an endpoint once', async () => {
    const args = ['check', '--base-url', 'http://127.0.0.1:1']
    const { stderr } = await runMiner(args)
    assert.match(stderr, /^error: 127\.0\.0\.1:1 refuses connections \(ECONNREFUSED\)\n/)
  })

  it('does not believe a miner that tells something else', async () => {
    for (const checks of [null, 'fine', [{ name: 'a' }], [{ ...main, findings: { total: 'soon' } }]]) {
      const { code, stdout, stderr } = await check({ checks })
      assert.deepEqual({ code, stdout }, { code: 1, stdout: '' })
      assert.match(stderr, /^error: the miner returned an invalid check\n/)
    }
  })

  it('prints the checks that are done when the time is up, the last of each name', async () => {
    const env = scripted({ reported: [{ ...refused, name: main.name }, dead, main], checks: 'never', haste: 10 })
    const words = await spawnMiner(['check'], { env })
    const message = 'the check was not done within 30 s: there may be more ways to answer than these'
    assert.deepEqual(words, {
      code: 1,
      signal: null,
      stdout:
        'NAME         REACHABLE  KEY ACCEPTED  FIRST TOKEN  TOTAL   PROXIED  PROBLEM\n' +
        'main, key 1  yes        yes           100 ms       812 ms  –\n' +
        'local        no         –             –            –       yes      MODEL_UNREACHABLE\n',
      stderr:
        'local: nobody answers there\n' +
        'warning: 1 of 2 endpoints and keys cannot answer\n' +
        `error: ${message}\n  try: see what it waits for: --log-level debug\n`,
    })
    const json = await spawnMiner(['check', '--json'], { env })
    assert.deepEqual([json.code, json.stderr], [1, ''])
    assert.deepEqual(JSON.parse(json.stdout), {
      checks: [main, dead],
      error: { code: 'CHECK_TIMEOUT', message, hint: 'see what it waits for: --log-level debug' },
    })
  })

  it('has an end, also when the miner does not hear that it should', async () => {
    for (const script of [{ checks: 'never' }, { never: 'create' }, { never: 'ready' }] as const) {
      const env = scripted({ ...script, haste: 100 })
      const { code, stdout } = await spawnMiner(['check', '--json'], { env })
      assert.equal(code, 1)
      assert.equal(JSON.parse(stdout).error.code, 'CHECK_TIMEOUT')
    }
  })

  it('ends at once on Ctrl-C, and who was asked is told', async () => {
    await using model = await startModelServer(() => {})
    await using run = liveMiner(['check'], { env: scripted({ asks: model.url }) })
    const request = await model.arrived(0)
    run.child.kill('SIGINT')
    const { signal, stdout, stderr } = await run.ended
    assert.deepEqual({ signal, stdout, stderr }, { signal: 'SIGINT', stdout: '', stderr: '' })
    assert.deepEqual(await request.over, { left: true })
  })
})
