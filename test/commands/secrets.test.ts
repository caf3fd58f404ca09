import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { liveMiner } from '../support/cli.ts'
import { linkedMiner } from '../support/linked-miner.ts'
import { runMiner } from '../support/miner-process.ts'
import { answered, type Behaviour, chunk, event, type ModelServer, startModelServer } from '../support/model-server.ts'

const marker = 'sk-Marker0123456789'

/** Where a secret can be said. */
const places: Record<string, { args?: string[]; env?: Record<string, string>; file?: string }> = {
  'a flag': { args: ['--api-key', marker] },
  'a prefixed flag': { args: [`--openai-api-key=${marker}`] },
  'a variable of ours': { env: { MINER_OPENAI_API_KEY: marker } },
  'a borrowed variable': { env: { OPENAI_API_KEY: marker } },
  'the file': { file: `[openai]\napiKey = "${marker}"\n` },
  'a variable that the file names': { file: '[openai]\napi_key = "env:THE_KEY"\n', env: { THE_KEY: marker } },
  'a file that the file names': { file: '[openai]\napi_key = "file:key"\n' },
  'a file that a variable names': { env: { OPENAI_API_KEY: 'file:@/key' } },
}

/** What an upstream may say of the request that it got. */
const echoes: Record<string, Behaviour> = {
  'an error': (response, { headers, path }) =>
    answered(400, { error: { message: `${headers.authorization} ${path}`, param: `${headers.authorization}` } })(
      response,
      null!,
    ),
  'a refusal': (response, { headers }) =>
    answered(401, { error: { message: `Incorrect API key provided: ${headers.authorization}` } })(response, null!),
  'a text': (response, { headers, path }) =>
    answered(500, `${headers.authorization} ${path}`, { 'x-echo': `${headers.authorization}` })(response, null!),
  'a redirect': (response, { headers, path }) =>
    answered(302, '', { location: `http://127.0.0.1:1${path}?key=${headers.authorization}` })(response, null!),
  'an error in its stream': (response, { headers }) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(event(chunk({ content: 'Hel' })))
    response.end(event({ error: { message: `${headers.authorization}`, code: `${headers.authorization}` } }))
  },
}

describe('secrets', () => {
  let model: ModelServer
  let folder: string
  before(async () => {
    model = await startModelServer()
    folder = mkdtempSync(join(tmpdir(), 'miner-secrets-'))
    writeFileSync(join(folder, 'key'), `${marker}\n`)
  })
  after(async () => {
    await model[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Runs it with the secret at that place. @returns all that it said */
  async function said(command: string[], { args = [], env = {}, file = '' }: (typeof places)[string]) {
    writeFileSync(join(folder, 'config.toml'), file)
    const variables = Object.entries(env).map(([name, value]) => [name, value.replace('@', folder)])
    const { code, stdout, stderr } = await runMiner([...command, ...args], {
      env: { ...Object.fromEntries(variables), MINER_CONFIG_DIR: folder },
    })
    return { code, text: stdout + stderr }
  }

  for (const [place, where] of Object.entries(places)) {
    it(`from ${place} are used, and not seen`, async () => {
      model.behaviour = echoes['an error']!
      const asked = model.requests.length
      const { code, text } = await said(['prompt', 'hi', '--log-level', 'trace', '--base-url', model.url], where)
      assert.equal(model.requests[asked]?.headers.authorization, `Bearer ${marker}`)
      assert.equal(code, 2)
      assert.match(text, /error: (main \()?127\.0\.0\.1/)
      assert.equal(text.includes(marker), false, text)

      const shown = await said(['config', 'show', '--origin'], where)
      assert.equal(shown.code, 0)
      assert.match(shown.text, /^apiKey = "(\*\*\*|env:THE_KEY|file:(key|\/.*))" {2}# from /m)
      assert.equal(shown.text.includes(marker), false, shown.text)
    })
  }

  const lists: typeof places = {
    'a list of the file': { file: `[[openai.endpoints]]\nname = "main"\napiKeys = ["${marker}", "sk-other-one"]\n` },
    'a list of the file that names a variable': {
      file: '[[openai.endpoints]]\nname = "main"\napi_keys = ["env:THE_KEY"]\n',
      env: { THE_KEY: marker },
    },
    'a list of the file that names a file': { file: '[[openai.endpoints]]\nname = "main"\napiKey = "file:key"\n' },
    'a list in a variable': { env: { MINER_OPENAI_ENDPOINTS: `[{"name": "main", "apiKeys": ["${marker}"]}]` } },
  }
  for (const [place, where] of Object.entries(lists)) {
    it(`from ${place} are used, and not seen`, async () => {
      model.behaviour = echoes['an error']!
      const asked = model.requests.length
      const options = ['--log-level', 'trace', '--base-url', model.url]
      const { text } = await said(['prompt', 'hi', ...options], where)
      assert.equal(model.requests[asked]?.headers.authorization, `Bearer ${marker}`)
      assert.match(text, /error: (main \()?127\.0\.0\.1/)
      assert.equal(text.includes(marker), false, text)

      for (const command of [
        ['config', 'show'],
        ['config', 'show', '--origin'],
        ['config', 'show', '--json'],
      ]) {
        const shown = await said([...command, '--log-level', 'trace'], where)
        assert.equal(shown.code, 0)
        assert.match(shown.text, /api_?keys?"?\s*[=:]\s*\[?\s*"(\*\*\*|env:THE_KEY|file:key)"/i)
        assert.equal(shown.text.includes(marker), false, shown.text)
      }
    })
  }

  it('from a list with mistakes in it are not seen', async () => {
    for (const file of [
      `[[openai.endpoints]]\napiKeys = ["${marker} x"]\n`,
      `[[openai.endpoints]]\napiKeys = "${marker}"\n`,
      `[[openai.endpoints]]\nkeys = ["${marker}"]\n`,
      `[[openai.endpoints]]\napiKeys = ["${marker}", "***"]\n`,
      `[[openai.endpoints]]\nname = "a"\napiKeys = ["${marker}"]\n[[openai.endpoints]]\nname = "a"\n`,
    ]) {
      const { code, text } = await said(['prompt', 'hi', '--log-level', 'trace'], { file })
      assert.equal(code, 2)
      assert.match(text, /error: openai\.endpoints/)
      assert.equal(text.includes(marker), false, text)
    }
  })

  for (const [what, behaviour] of Object.entries(echoes)) {
    it(`are not seen when a model repeats them in ${what}`, async () => {
      model.behaviour = behaviour
      for (const options of [
        ['--log-level', 'trace'],
        ['--log-level', 'silent'],
        ['--json', '--log-level', 'debug'],
      ]) {
        const { code, text } = await said(['prompt', 'hi', '--base-url', model.url, ...options], places['the file']!)
        assert.ok(code === 1 || code === 2)
        assert.equal(text.includes(marker), false, text)
      }
    })
  }

  it('are not seen when a miner tells what it was given', async () => {
    const env = { ...linkedMiner('leaking'), MINER_LEAKING_API_KEY: marker }
    for (const options of [['--log-level', 'debug'], ['--json']]) {
      const { code, text } = await said(['prompt', 'hi', ...options], { env })
      assert.equal(code, 1)
      assert.match(text, /no use for .*\*\*\*/)
      assert.equal(text.includes(marker), false, text)
    }
  })

  it('are not seen when they are typed in a wrong place', async () => {
    const wrong = [
      ['prompt', 'hi', marker],
      ['prompt', 'hi', `--unknown=${marker}`],
      ['serve', marker],
      ['serve', marker, '--help'],
      ['help', marker],
      ['config', 'show', marker, '--json'],
      [marker],
      ['config', marker],
      ['prompt', 'hi', '--base-url', `http://user:${marker}@127.0.0.1/v1`],
      ['prompt', 'hi', '--base-url', `ftp://127.0.0.1/v1?key=${marker}`],
      ['prompt', 'hi', '--api-key', `"${marker}"`],
      ['query', 'hi', '--dev', '--url', `https://user:${marker}@127.0.0.1`],
    ]
    for (const words of wrong) {
      const { code, text } = await said([...words, '--log-level', 'info'], {})
      assert.ok(code === 2 || code === 127, `${words}: ${code} ${text}`)
      assert.equal(text.includes(marker), false, text)
    }
  })

  it('are not seen with DEBUG=*, for which oclif prints the command line', async () => {
    for (const args of [
      ['prompt', 'hi', '--base-url', 'http://127.0.0.1:1', '--api-key', marker],
      ['config', 'show', '--api-key', marker],
      ['nope', '--api-key', marker],
      ['plugins', '--api-key', marker],
    ]) {
      await using run = liveMiner(args, { env: { DEBUG: '*' } })
      const { stdout, stderr } = await run.ended
      assert.notEqual(stdout + stderr, '')
      assert.equal((stdout + stderr).includes(marker), false, stdout + stderr)
    }
  })

  it('are not seen in the query of an address', async () => {
    model.behaviour = (response, { path }) => answered(400, { error: { message: `cannot ${path}` } })(response, null!)
    const address = `${model.url}?token=${marker}`
    const { text } = await said(['prompt', 'hi', '--log-level', 'trace', '--base-url', address], {})
    assert.equal(text.includes(marker), false, text)
    const shown = await said(['config', 'show', '--json', '--base-url', address], {})
    assert.equal(shown.code, 0)
    assert.equal(shown.text.includes(marker), false, shown.text)
  })

  it('warns that others can see a key on the command line', async () => {
    const { code, text } = await said(['prompt', 'hi', '--use', 'echo'], {})
    assert.deepEqual({ code, text }, { code: 0, text: 'hi\n' })
    const warned = await said(['config', 'show'], places['a flag']!)
    const record = JSON.parse(warned.text.split('\n').find(line => line.startsWith('{'))!)
    assert.equal(record.level, 'warn')
    assert.equal(record.event, 'configuration')
    assert.equal(record.code, 'SECRET_EXPOSED')
  })
})
