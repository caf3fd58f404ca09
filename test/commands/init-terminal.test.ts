import assert from 'node:assert/strict'
import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { answered, type ModelServer, startModelServer } from '../support/model-server.ts'
import { hasTerminal } from '../support/terminal.ts'
import {
  CTRL_C,
  CTRL_D,
  CTRL_U,
  DOWN,
  ENTER,
  ESCAPE,
  FirstStartFolder,
  KEY,
  keyed,
  UP,
  type Wizard,
} from '../support/wizard.ts'

/** Answers everything but the questions of the model. */
const ready = (at: FirstStartFolder) => ['--network', 'none', '--netuid', '33', ...at.ofBob]

describe('miner init on a terminal', () => {
  before(function () {
    if (!hasTerminal()) this.skip()
  })

  let model: ModelServer
  beforeEach(async () => {
    model = await startModelServer(keyed(KEY, ['gpt-a', 'gpt-b']))
  })
  afterEach(() => model[Symbol.asyncDispose]())

  /** Answers the questions of the model with the server of the test. */
  async function answerModel(wizard: Wizard, key = KEY): Promise<void> {
    await wizard.answer('Which endpoint?', UP + ENTER)
    await wizard.answer('Its URL', model.url + ENTER)
    await wizard.answer('Its key', key + ENTER)
    if (key === KEY) await wizard.answer('gpt-b', DOWN + ENTER)
    else await wizard.answer('Which model?', ENTER)
  }

  it('asks all from nothing, tries the model, and writes a file that the other commands accept', async () => {
    using at = new FirstStartFolder()
    await using wizard = at.start(['--wallet-path', at.wallets])
    await wizard.answer('Which network?', DOWN.repeat(3) + ENTER)
    await wizard.answer('Which subnet?', `${CTRL_U}33${ENTER}`)
    await wizard.sees('dialect readyai')
    await wizard.answer('plain/default', DOWN + ENTER)
    await wizard.sees('hotkey plain/default: 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty')
    await answerModel(wizard)
    await wizard.sees(' answers')
    assert.equal((await wizard.ended).code, 0)
    assert.deepEqual(at.names, ['config.toml', 'openai-apiKey.secret'])
    assert.deepEqual([at.modeOf('config.toml'), at.modeOf('openai-apiKey.secret')], ['600', '600'])
    assert.equal(at.read('openai-apiKey.secret'), `${KEY}\n`)
    assert.deepEqual(at.lines, [
      'netuid = 33',
      'name = "plain"',
      'hotkey = "default"',
      `path = ${JSON.stringify(at.wallets)}`,
      'network = "local"',
      'model = "gpt-b"',
      `baseUrl = "${model.url}"`,
      'apiKey = "file:openai-apiKey.secret"',
    ])
    assert.match(at.text, /^# temperature = 0\.4$/m)
    assert.equal(`${wizard.raw}${at.stdout}${at.text}`.includes(KEY), false)
    assert.equal(
      at.stdout,
      `wrote ${at.file}\nwrote ${at.configFolder}/openai-apiKey.secret\nnext:\n  miner serve --config ${at.file}\n  miner status --config ${at.file}\n`,
    )
    const shown = await at.run(['config', 'show'])
    assert.equal(shown.code, 0, shown.stderr)
    const checked = await at.run(['check'])
    assert.equal(checked.code, 0, checked.stderr)
    assert.equal(model.requests.at(-1)?.headers.authorization, `Bearer ${KEY}`)
  })

  it('begins with what the file has, and changes what is answered otherwise', async () => {
    using at = new FirstStartFolder()
    at.write('key', `${KEY}\n`)
    at.write(
      'config.toml',
      `# mine\nnetuid = 1 # of old\n\n[wallet]\npath = ${JSON.stringify(at.wallets)}\nname = "plain"\n\n[subtensor]\nnetwork = "local"\n\n[openai]\n# the model\nmodel = "gpt-a"\nbaseUrl = "${model.url}"\napiKey = "file:key"\n`,
    )
    const before = at.text
    await using wizard = at.start([])
    await wizard.answer('Which network?', ENTER)
    await wizard.answer('Which subnet?', `${CTRL_U}33${ENTER}`)
    await wizard.answer('Which hotkey', ENTER)
    await wizard.answer(model.url, ENTER)
    await wizard.answer('Which key?', ENTER)
    await wizard.answer('Which model?', ENTER)
    assert.equal((await wizard.ended).code, 0)
    assert.equal(
      at.text,
      before
        .replace('netuid = 1 #', 'netuid = 33 #')
        .replace('name = "plain"\n', 'name = "plain"\nhotkey = "default"\n'),
    )
    assert.deepEqual(at.names, ['config.toml', 'key'])
    await using again = at.start(['--yes'])
    assert.equal((await again.ended).code, 0)
    assert.match(at.stdout, /^left as it was: /)
  })

  it('names the file of a key that was replaced, and writes none twice', async () => {
    using at = new FirstStartFolder()
    at.write('openai-apiKey.secret', 'sk-old-0123456789\n')
    at.write(
      'config.toml',
      `[openai]\nmodel = "gpt-a"\nbaseUrl = "${model.url}"\napiKey = "file:openai-apiKey.secret"\n`,
    )
    const change = async (args: readonly string[] = []) => {
      await using wizard = at.start([...ready(at), ...args])
      await wizard.answer(model.url, ENTER)
      await wizard.answer('Which key?', UP + ENTER)
      await wizard.answer('Its key', KEY + ENTER)
      await wizard.answer('Which model?', ENTER)
      assert.equal((await wizard.ended).code, 0)
      return wizard.shown.replace(/\s+/g, ' ')
    }
    const old = `${at.configFolder}/openai-apiKey.secret`
    assert.ok((await change()).includes(`${at.file} no longer refers to ${old}`))
    assert.ok(at.lines.includes('apiKey = "file:openai-apiKey-2.secret"'), at.text)
    const again = await change()
    assert.ok(!again.includes('no longer refers'), again)
    assert.deepEqual(at.names, ['config.toml', 'openai-apiKey-2.secret', 'openai-apiKey.secret'])
  })

  it('keeps at Enter the hotkey and the model of the file that are not listed', async () => {
    using at = new FirstStartFolder()
    at.write('key', `${KEY}\n`)
    const wallet = `[wallet]\npath = ${JSON.stringify(at.wallets)}\nname = "gone"\nhotkey = "own"\n`
    const openai = `[openai]\nmodel = "gpt-own"\nbaseUrl = "${model.url}"\napiKey = "file:key"\n`
    at.write('config.toml', `netuid = 33\n\n${wallet}\n[subtensor]\nnetwork = "none"\n\n${openai}`)
    const before = at.text
    await using wizard = at.start(['--network', 'none', '--netuid', '33'])
    await wizard.answer('gone/own', ENTER)
    await wizard.answer(model.url, ENTER)
    await wizard.answer('Which key?', ENTER)
    await wizard.answer('gpt-own', ENTER)
    assert.equal((await wizard.ended).code, 0)
    assert.equal(at.text, before)
  })

  it('asks for the key anew when another endpoint is chosen, and sends the old one nowhere', async () => {
    using at = new FirstStartFolder()
    at.write('key', 'sk-of-the-old-host\n')
    at.write('config.toml', `[openai]\nbaseUrl = "http://127.0.0.1:1/v1"\napiKey = "file:key"\n`)
    model.behaviour = keyed(null)
    await using wizard = at.start(ready(at))
    await wizard.answer('Which endpoint?', UP + ENTER)
    await wizard.answer('Its URL', model.url + ENTER)
    await wizard.answer('Its key', ENTER)
    await wizard.answer('Which model?', ENTER)
    assert.equal((await wizard.ended).code, 0)
    assert.ok(model.requests.length > 0)
    assert.deepEqual(
      model.requests.filter(({ headers }) => headers.authorization?.includes('sk-of')),
      [],
    )
    assert.doesNotMatch(at.text, /apiKey = "file/)
  })

  for (const stops of [true, false])
    it(`asks for the key anew when a flag gives another endpoint${stops ? ', also after it was stopped there' : ''}`, async () => {
      using at = new FirstStartFolder()
      at.write('key', 'sk-of-the-old-host\n')
      const old = `[openai]\nbaseUrl = "http://127.0.0.1:1/v1"\napiKey = "file:key"\n`
      at.write('config.toml', old)
      const args = [...ready(at), '--base-url', model.url]
      if (stops) {
        await using wizard = at.start(args)
        await wizard.answer('Its key', CTRL_C)
        assert.equal((await wizard.ended).code, 130)
        assert.ok(at.text.includes(old), at.text)
      }
      await using wizard = at.start(args)
      await wizard.answer('Its key', KEY + ENTER)
      await wizard.answer('Which model?', ENTER)
      assert.equal((await wizard.ended).code, 0)
      assert.ok(
        at.lines.includes(`baseUrl = "${model.url}"`) && at.lines.includes('apiKey = "file:openai-apiKey.secret"'),
      )
      assert.ok(model.requests.length > 0)
      assert.deepEqual(
        model.requests.filter(({ headers }) => headers.authorization !== `Bearer ${KEY}`),
        [],
      )
    })

  it('writes the endpoint of a variable beside the key that is typed for it', async () => {
    using at = new FirstStartFolder()
    at.write('config.toml', '[openai]\nbaseUrl = "http://127.0.0.1:1/v1"\n')
    await using wizard = at.start(ready(at), { env: { OPENAI_BASE_URL: model.url } })
    await wizard.answer('Its key', KEY + ENTER)
    await wizard.answer('Which model?', ENTER)
    assert.equal((await wizard.ended).code, 0)
    assert.match(wizard.shown, /openai\.baseUrl is written, too/)
    assert.ok(at.lines.includes(`baseUrl = "${model.url}"`), at.text)
  })

  it('changes a file in YAML', async () => {
    using at = new FirstStartFolder()
    const file = at.write('old.yaml', '# mine\nnetuid: 1\nopenai:\n  max_tokens: 50 # few\n')
    await using wizard = at.start(['--config', file, '--network', 'none', ...at.ofBob])
    await wizard.answer('Which subnet?', `${CTRL_U}33${ENTER}`)
    await answerModel(wizard)
    assert.equal((await wizard.ended).code, 0)
    const text = at.read('old.yaml')
    for (const line of ['# mine', 'netuid: 33', 'max_tokens: 50 # few', 'apiKey: file:openai-apiKey.secret'])
      assert.ok(text.includes(line), text)
    assert.equal((await at.run(['check', '--config', file])).code, 0)
  })

  it('says how to make a wallet where there is none, and goes on', async () => {
    using at = new FirstStartFolder()
    await using wizard = at.start(['--network', 'none', '--netuid', '1', '--no-check'])
    await wizard.sees('(--wallet-path')
    await wizard.answer('Which endpoint?', DOWN + ENTER)
    await wizard.answer('Its key', ENTER)
    await wizard.answer('Which model?', `${CTRL_U}llama${ENTER}`)
    assert.equal((await wizard.ended).code, 0)
    assert.match(
      at.stdout,
      /next:\n {2}btcli wallet create --wallet-name default --wallet-hotkey default\n {2}miner init --config /,
    )
    assert.ok(at.lines.includes('baseUrl = "http://127.0.0.1:8000/v1"') && at.lines.includes('model = "llama"'))
  })

  it('takes a model of this machine without a key', async () => {
    using at = new FirstStartFolder()
    model.behaviour = keyed(null, ['llama'])
    await using wizard = at.start(ready(at))
    await wizard.answer('Which endpoint?', UP + ENTER)
    await wizard.answer('Its URL', model.url + ENTER)
    await wizard.answer('Its key', ENTER)
    await wizard.answer('llama', ENTER)
    await wizard.sees(' answers')
    assert.equal((await wizard.ended).code, 0)
    assert.deepEqual(at.names, ['config.toml'])
    assert.equal((await at.run(['check'])).code, 0)
  })

  it('tells of a key that is refused, and asks again', async () => {
    using at = new FirstStartFolder()
    await using wizard = at.start(ready(at))
    await answerModel(wizard, 'sk-wrong-9876543')
    await wizard.sees('refuse')
    await wizard.answer('What now?', ENTER)
    assert.deepEqual(at.names, ['config.toml'])
    await answerModel(wizard)
    assert.equal((await wizard.ended).code, 0)
    assert.equal(at.read('openai-apiKey.secret'), `${KEY}\n`)
    assert.equal(`${wizard.raw}${at.stdout}${at.text}`.includes('sk-wrong'), false)
  })

  it('refuses a URL with a secret, and sends the key nowhere else', async () => {
    using at = new FirstStartFolder()
    await using wizard = at.start(ready(at))
    await wizard.answer('Which endpoint?', UP + ENTER)
    await wizard.answer('Its URL', `${model.url}?token=s3cret${ENTER}`)
    await wizard.answer('has a secret in its URL', CTRL_C)
    assert.equal((await wizard.ended).code, 130)
    assert.doesNotMatch(at.text, /s3cret/)
  })

  it('keeps a key that is refused, if told so', async () => {
    using at = new FirstStartFolder()
    await using wizard = at.start(ready(at))
    await answerModel(wizard, 'sk-wrong-9876543')
    await wizard.answer('What now?', DOWN + ENTER)
    assert.equal((await wizard.ended).code, 0)
    assert.equal(at.read('openai-apiKey.secret'), 'sk-wrong-9876543\n')
    assert.equal((await at.run(['check'])).code, 1)
  })

  it('exits with 1 for a key that is refused, when there was nothing to ask', async () => {
    using at = new FirstStartFolder()
    const env = { OPENAI_API_KEY: 'sk-wrong-9876543', OPENAI_BASE_URL: model.url }
    await using wizard = at.start([...ready(at), '--model', 'gpt-a'], { env })
    assert.equal((await wizard.ended).code, 1)
    assert.match(wizard.shown, /refuse/)
    assert.deepEqual(at.names, ['config.toml'])
  })

  it('asks for nothing that a variable gives, and writes none of it', async () => {
    using at = new FirstStartFolder()
    const env = { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: model.url, MINER_NETUID: '33' }
    await using wizard = at.start(['--network', 'none', ...at.ofBob], { env })
    await wizard.sees('netuid 33 (MINER_NETUID)')
    await wizard.sees('openai.apiKey *** (OPENAI_API_KEY)')
    await wizard.answer('Which model?', ENTER)
    assert.equal((await wizard.ended).code, 0)
    assert.deepEqual(at.names, ['config.toml'])
    assert.equal(`${wizard.raw}${at.stdout}${at.text}`.includes(KEY), false)
    assert.doesNotMatch(at.lines.join('\n'), /netuid|baseUrl|apiKey/)
  })

  it('offers 100 hotkeys, and says that there are more', async () => {
    using at = new FirstStartFolder()
    const folder = join(at.wallets, 'plain', 'hotkeys')
    for (let count = 1; count <= 99; count++) copyFileSync(join(folder, 'default'), join(folder, `own-${count}`))
    const args = ['--use', 'echo', '--network', 'none', '--netuid', '1', '--wallet-path', at.wallets]
    const stopped = async (label: string) => {
      await using wizard = at.start(args)
      await wizard.answer('Which hotkey', UP)
      await wizard.answer(label, CTRL_C)
      assert.equal((await wizard.ended).code, 130)
    }
    await stopped('another one (more than 100 are there): its name')
    rmSync(join(folder, 'own-99'))
    await stopped('another one: its name')
  })

  it('tells that a hotkey is encrypted, without its password', async () => {
    using at = new FirstStartFolder()
    await using wizard = at.start([
      ...['--use', 'echo', '--network', 'none', '--netuid', '1'],
      ...['--wallet-path', at.wallets, '--wallet-name', 'locked', '--wallet-hotkey', 'default'],
    ])
    await wizard.sees('encrypted')
    await wizard.sees('asks for its password')
    assert.equal((await wizard.ended).code, 0)
  })

  it('refuses what is typed wrong, and asks on', async () => {
    using at = new FirstStartFolder()
    await using wizard = at.start(['--network', 'none', '--use', 'echo', ...at.ofBob])
    await wizard.answer('Which subnet?', `${CTRL_U}70000${ENTER}`)
    await wizard.answer('netuid must be between 0 and 65535', `${CTRL_U}74${ENTER}`)
    await wizard.sees('dialect gittensor')
    assert.equal((await wizard.ended).code, 0)
    assert.ok(at.lines.includes('netuid = 74'))
  })

  it('shows nothing of what is typed while it waits', async () => {
    using at = new FirstStartFolder()
    const listed = Promise.withResolvers<void>()
    const typed = Promise.withResolvers<void>()
    model.behaviour = async (response, request) => {
      if (request.path.endsWith('/models')) {
        listed.resolve()
        await typed.promise
      }
      return keyed(KEY, ['gpt-a'])(response, request)
    }
    await using wizard = at.start(ready(at))
    await wizard.answer('Which endpoint?', UP + ENTER)
    await wizard.answer('Its URL', model.url + ENTER)
    await wizard.answer('Its key', KEY + ENTER)
    await listed.promise
    await wizard.answer('asking for the models', 'sk-typed-too-early')
    await wizard.sees('asking for the models') // the next frame, after the terminal had what was typed
    typed.resolve()
    await wizard.answer('gpt-a', ENTER)
    assert.equal((await wizard.ended).code, 0)
    assert.equal(wizard.raw.includes('typed'), false)
  })

  describe('stopped', () => {
    /** The questions in their order, how each is answered, and what the file has when one is stopped there. */
    const questions = (): [question: string, keys: string, names: string[]][] => [
      ['Which network?', DOWN.repeat(3) + ENTER, []],
      ['Which subnet?', ENTER, []],
      ['Which hotkey', DOWN + ENTER, ['config.toml']],
      ['Which endpoint?', UP + ENTER, ['config.toml']],
      ['Its URL', model.url + ENTER, ['config.toml']],
      ['Its key', `sk-wrong-9876543${ENTER}`, ['config.toml']],
      ['Which model?', ENTER, ['config.toml']],
      ['What now?', ENTER, ['config.toml']],
    ]

    const keys = [CTRL_C, CTRL_D, CTRL_C, ESCAPE, CTRL_C, CTRL_C, CTRL_D, CTRL_C]
    for (const [place, stop] of keys.entries())
      it(`at question ${place + 1}, it exits with 130, and the file has whole steps`, async () => {
        using at = new FirstStartFolder()
        const asked = questions().slice(0, place + 1)
        const [last, , names] = asked.pop()!
        await using wizard = at.start(['--wallet-path', at.wallets])
        for (const [question, keys] of asked) await wizard.answer(question, keys)
        await wizard.answer(last, stop)
        assert.equal((await wizard.ended).code, 130)
        assert.ok(wizard.shown.includes(`try: miner init --wallet-path ${at.wallets}\n`), wizard.shown)
        assert.match(wizard.shown, names.length > 0 ? /has the\s+answers of the/ : /nothing is\s+written/)
        assert.deepEqual(at.names, names)
        assert.equal(at.stdout, '')
        if (names.length === 0) return
        assert.ok(at.lines.includes('netuid = 1') && at.lines.includes('network = "local"'))
        assert.equal(at.lines.includes('name = "plain"'), place > 2)
        assert.doesNotMatch(at.lines.join('\n'), /baseUrl|apiKey|model/)
      })

    it('while the model is tried, it exits with 130, writes no key, and gives the document of --json', async () => {
      using at = new FirstStartFolder()
      model.behaviour = (response, request) => {
        if (request.path.endsWith('/models')) return answered(404)(response, request)
      }
      await using wizard = at.start([...ready(at), '--json'])
      await wizard.answer('Which endpoint?', UP + ENTER)
      await wizard.answer('Its URL', model.url + ENTER)
      await wizard.answer('Its key', KEY + ENTER)
      await wizard.answer('Which model?', ENTER)
      await wizard.answer('trying the model', CTRL_C)
      assert.equal((await wizard.ended).code, 130)
      const { error } = JSON.parse(at.stdout)
      assert.equal(error.code, 'INIT_STOPPED')
      assert.match(error.message, /has the answers of the steps/)
      assert.deepEqual(at.names, ['config.toml'])
    })

    it('it goes on from there when it is run again', async () => {
      using at = new FirstStartFolder()
      {
        await using wizard = at.start(['--wallet-path', at.wallets, '--network', 'none'])
        await wizard.answer('Which subnet?', `${CTRL_U}33${ENTER}`)
        await wizard.answer('Which hotkey', CTRL_C)
        assert.equal((await wizard.ended).code, 130)
      }
      await using wizard = at.start(['--use', 'echo'])
      await wizard.answer('Which network?', ENTER)
      await wizard.answer('33█', ENTER)
      await wizard.answer('Which hotkey', DOWN + ENTER)
      assert.equal((await wizard.ended).code, 0)
      assert.ok(at.lines.includes('netuid = 33') && at.lines.includes('name = "plain"'))
    })
  })

  it('fits into 40 columns', async () => {
    using at = new FirstStartFolder()
    await using wizard = at.start(['--wallet-path', at.wallets], { columns: 40 })
    await wizard.answer('Which network?', DOWN.repeat(3) + ENTER)
    await wizard.answer('Which subnet?', ENTER)
    await wizard.answer('Which hotkey', DOWN + ENTER)
    await answerModel(wizard, 'sk-wrong-0123456789-0123456789-0123456789')
    await wizard.answer('What now?', DOWN + ENTER)
    assert.equal((await wizard.ended).code, 0)
    // What is written between two movements of the cursor. A word that is longer than a line stays whole.
    const parts = wizard.pieces.filter(piece => [...piece].length > 40 && piece.includes(' '))
    assert.deepEqual(parts, [])
    assert.equal(at.read('openai-apiKey.secret'), 'sk-wrong-0123456789-0123456789-0123456789\n')
  })
})
