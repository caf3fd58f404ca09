import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { runMiner } from '../support/miner-process.ts'
import { answered, startModelServer } from '../support/model-server.ts'
import { doctorHome, withoutChain } from '../support/run-doctor.ts'
import { bob } from '../support/signed-request.ts'

describe('miner doctor --report', () => {
  let place: ReturnType<typeof doctorHome>
  let home: string
  beforeEach(() => {
    place = doctorHome()
    home = place.home
  })
  afterEach(() => place[Symbol.dispose]())

  const secret = 'sk-report-0123456789abcdef'
  const run = async (file: string, ...more: string[]) => {
    await using model = await startModelServer(
      answered(401, { error: { message: `Incorrect key ${secret} \`\`\` of ${homedir()}/x` } }),
    )
    const options = { env: { ...place.env, OPENAI_API_KEY: secret, HOME: homedir() } }
    const args = ['doctor', '--base-url', `${model.url}/?token=${secret}`, ...withoutChain, '--report', file, ...more]
    return runMiner(args, options)
  }

  it('writes Markdown for this user only, without secrets and the home folder', async () => {
    const file = join(home, 'doctor.md')
    const { code, stderr } = await run(file)
    assert.equal(code, 1)
    assert.match(stderr, /the report is in .*doctor\.md: read it before you paste it\n$/)
    assert.equal(statSync(file).mode & 0o777, 0o600)
    const text = readFileSync(file, 'utf8')
    const [fence] = /^`{3,}/m.exec(text)!
    assert.match(text, /^# miner doctor\n\n`{3,}text\nminer \d/)
    assert.ok(text.endsWith(`\n${fence}\n`))
    assert.equal(text.split(fence).length, 3, 'nothing within closes the fence')
    assert.ok(text.includes('MODEL') || text.includes('fault'))
    assert.ok(text.includes(bob.address), 'hotkeys are kept')
    assert.ok(!text.includes(secret))
    if (homedir().length > 1) assert.ok(!text.includes(homedir()))
    assert.match(text, /\n {2}wallet\.name = "plain" \(BT_WALLET_NAME\)\n/)
  })

  it('has the hosts of the nodes of the chain, whose paths may be keys', async () => {
    const file = join(home, 'doctor.md')
    const nodes = ['wss://one.example/short-key', 'wss://two.example:444']
    const args = ['--network', 'wss://zero.example/v1/key', '--chain-endpoint', ...nodes]
    await runMiner(['doctor', '--only', 'node', ...args, '--report', file], { env: place.env })
    const text = readFileSync(file, 'utf8')
    assert.match(text, /\n {2}subtensor\.network = "wss:\/\/zero\.example" /)
    assert.match(text, /\n {2}subtensor\.endpoints = \["wss:\/\/one\.example","wss:\/\/two\.example:444"\] /)
  })

  it('has no path of a node in findings and hints', async () => {
    const file = join(home, 'doctor.md')
    const node = 'ws://127.0.0.1:9/path-that-is-a-key'
    const args = ['--use', 'openai', '--only', 'chain,serving,speed', '--chain-endpoint', node, 'ws://127.0.0.1:9/k1']
    await runMiner(['doctor', ...args, '--report', file], { env: { ...place.env, OPENAI_API_KEY: secret } })
    const text = readFileSync(file, 'utf8')
    assert.match(text, /\n {2}fault +chain +.*ws:\/\/127\.0\.0\.1:9 /)
    assert.match(text, /try: miner serve .*--chain-endpoint ws:\/\/127\.0\.0\.1:9 /)
    assert.ok(!text.includes('path-that-is-a-key') && !text.includes('/k1'), text)
  })

  it('leaves a file that exists as it is, unless it is forced', async () => {
    const file = join(home, 'doctor.md')
    writeFileSync(file, 'mine', { mode: 0o644 })
    const { code, stderr } = await run(file)
    assert.deepEqual([code, readFileSync(file, 'utf8')], [2, 'mine'])
    assert.match(stderr, /^error: .*doctor\.md exists, and is left as it is\n {2}try: add --force/)
    await run(file, '--force')
    assert.match(readFileSync(file, 'utf8'), /^# miner doctor/)
    assert.equal(statSync(file).mode & 0o777, 0o600)
  })

  it('says why it cannot write a file', async () => {
    const { code, stderr } = await run(join(home, 'gone/doctor.md'))
    assert.deepEqual([code, existsSync(join(home, 'gone'))], [1, false])
    assert.match(stderr, /doctor\.md cannot be written: ENOENT/)
    writeFileSync(join(home, 'file'), '')
    const within = await run(join(home, 'file/doctor.md'))
    assert.match(within.stderr, /cannot be written: ENOTDIR\n {2}try: name another: a part of this path is a file,/)
  })
})
