import assert from 'node:assert/strict'
import type { ModelList } from '#dist/plugin/miner.js'
import { liveMiner } from '../support/cli.ts'
import { scripted } from '../support/linked-miner.ts'
import { runMiner, spawnMiner } from '../support/miner-process.ts'
import type { Script } from '../support/miners/scripted.ts'
import { answered, startModelServer } from '../support/model-server.ts'

const models = (script: Script, ...args: string[]) =>
  (script.haste ? spawnMiner : runMiner)(['models', ...args], { env: scripted(script) })

const main: ModelList = {
  name: 'main',
  configured: 'gpt-4o-mini',
  models: [
    { id: 'o3', configured: false },
    { id: 'gpt-4o-mini', configured: true },
  ],
}
const dead: ModelList = {
  name: 'local',
  configured: 'llama',
  models: [],
  problem: { code: 'MODEL_UNREACHABLE', message: 'nobody answers there', hint: 'start it' },
}

describe('miner models', () => {
  it('prints the models of each endpoint in the order of their names, and which is configured', async () => {
    assert.deepEqual(await models({ models: [main] }), {
      code: 0,
      signal: null,
      stdout: 'NAME  MODEL        CONFIGURED\nmain  gpt-4o-mini  yes\nmain  o3\n',
      stderr: '',
    })
  })

  it('prints why an endpoint has no list, and exits with 1 when none has', async () => {
    const some = await models({ models: [main, dead] })
    assert.equal(some.code, 0)
    assert.equal(some.stderr, 'local: nobody answers there\n  try: start it\n')
    const none = await models({ models: [dead] })
    assert.deepEqual([none.code, none.stdout], [1, ''])
    assert.equal(none.stderr, 'local: nobody answers there\n  try: start it\n')
  })

  it('prints notes, an empty list, and a configured model that the list lacks', async () => {
    const lists: ModelList[] = [
      { name: 'a', configured: 'x', models: [{ id: 'y', configured: false }], notes: ['lists only some'] },
      { name: 'b', models: [] },
    ]
    assert.equal(
      (await models({ models: lists })).stderr,
      'warning: a: lists only some\n' +
        'warning: a: its list lacks x, which is configured; `miner check` shows whether that answers\n' +
        'warning: b: it offers no model\n',
    )
  })

  it('gives one JSON document with --json, with the same exit code', async () => {
    const some = await models({ models: [main, dead] }, '--json')
    assert.deepEqual(JSON.parse(some.stdout), { lists: [main, dead] })
    assert.deepEqual([some.code, some.stderr], [0, ''])
    assert.equal((await models({ models: [dead] }, '--json')).code, 1)
  })

  it('says of a miner without a list that it has none', async () => {
    const { code, stdout, stderr } = await runMiner(['models', '--use', 'echo'])
    assert.deepEqual([code, stdout], [2, ''])
    assert.equal(
      stderr,
      'error: the miner echo cannot list models\n  try: choose another miner with --use, or see its settings: miner config show\n',
    )
    const { stdout: json } = await runMiner(['models', '--use', 'echo', '--json'])
    assert.equal(JSON.parse(json).error.code, 'NO_MODEL_LIST')
  })

  it('exits with 2 when there is no key at all, as prompt does', async () => {
    const { code, stdout, stderr } = await runMiner(['models'])
    assert.deepEqual([code, stdout], [2, ''])
    assert.equal(stderr, (await runMiner(['prompt', 'hi'])).stderr)
  })

  it('prints no secret, and nothing that drives a terminal', async () => {
    const id = 'a\u001b[2J\u202esk-s3cret'
    const script = { models: [{ name: 'm\u009b', models: [{ id, configured: false }] }] }
    const env = { ...scripted(script), MINER_SCRIPTED_API_KEY: 'sk-s3cret' }
    const { stdout } = await runMiner(['models'], { env })
    assert.ok(stdout.endsWith('\nm\\u009b  a\\u001b[2J\\u202e***\n'), stdout)
    const { stdout: json } = await runMiner(['models', '--json'], { env })
    assert.equal(json.includes('s3cret'), false)
  })

  it('prints tens of thousands of models', async () => {
    await using model = await startModelServer(
      answered(200, { data: Array.from({ length: 10_000 }, (_, at) => ({ id: `m${at}` })) }),
    )
    const endpoints = Array.from({ length: 15 }, (_, at) => ({ name: `e${at}`, baseUrl: model.url }))
    const { code, stdout } = await runMiner(['models'], { env: { MINER_OPENAI_ENDPOINTS: JSON.stringify(endpoints) } })
    assert.equal(code, 0)
    assert.equal(stdout.split('\n').length, 150_002)
  })

  it('does not believe a miner that returns something else', async () => {
    const { code, stderr } = await models({ models: ['a'] })
    assert.equal(code, 1)
    assert.match(stderr, /^error: the miner returned an invalid list of models\n/)
  })

  it('has an end, also when the miner ignores its signal', async () => {
    const { code, stdout } = await models({ models: 'never', haste: 100 }, '--json')
    assert.equal(code, 1)
    assert.equal(JSON.parse(stdout).error.code, 'MODELS_TIMEOUT')
  })

  it('ends at once on Ctrl-C, and closes its connections', async () => {
    await using model = await startModelServer(() => {})
    await using run = liveMiner(['models', '--base-url', model.url])
    const request = await model.arrived(0)
    run.child.kill('SIGINT')
    const { signal, stdout, stderr } = await run.ended
    assert.deepEqual({ signal, stdout, stderr }, { signal: 'SIGINT', stdout: '', stderr: '' })
    assert.deepEqual(await request.over, { left: true })
  })
})
