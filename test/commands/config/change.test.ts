import assert from 'node:assert/strict'
import { lstatSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse as parseToml } from 'smol-toml'
import { parse } from 'yaml'
import { ConfigFolder } from '../../support/config-folder.ts'
import { hasTerminal, onTerminal } from '../../support/terminal.ts'

const file = `# mine
use = "openai"

[openai]
model = "gpt-4o" # cheap
`
const hotkey = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY'
const secret = 'sk-Marker0123456789'

type Written = {
  readonly prices: Readonly<Record<string, object>>
  readonly budget: { readonly hotkeys?: object }
  readonly policy?: object
}
const tableOf = ({ text }: ConfigFolder): Written => JSON.parse(JSON.stringify(parseToml(text)))

describe('miner config set, get, unset and path', () => {
  it('print the path of the file, whether it exists or not', async () => {
    using at = new ConfigFolder()
    assert.equal((await at.config(['path'])).stdout, '@/config.toml\n')
    assert.deepEqual(JSON.parse((await at.config(['path', '--json'])).stdout), { path: '@/config.toml', exists: false })
    assert.equal((await at.config(['path', '--config', join(at.folder, 'b.toml')])).stdout, '@/b.toml\n')
  })

  it('take a path that no shell has expanded', async () => {
    using at = new ConfigFolder()
    writeFileSync(join(at.folder, 'c.yaml'), 'axon.port: 9000\n')
    const { stdout, stderr } = await at.config(['get', 'axon.port', '--config=~/c.yaml'], { env: { HOME: at.folder } })
    assert.equal(stdout, '9000\n', stderr)
    assert.equal((await at.config(['get', 'axon.port', `--config=${join(at.folder, 'c.yaml')}`])).stdout, '9000\n')
  })

  it('change a file, and keep its comments and its mode', async () => {
    using at = new ConfigFolder(file, 0o640)
    assert.deepEqual(await at.config(['set', 'openai.model', 'gpt-4o-mini']), ended({}))
    assert.equal(at.text, file.replace('gpt-4o', 'gpt-4o-mini'))
    assert.equal(at.mode, 0o640)
    assert.deepEqual(await at.config(['set', 'axon.max_timeout', '90']), ended({}))
    assert.deepEqual(await at.config(['get', 'axon.maxTimeout']), ended({ stdout: '90s\n' }))
    assert.deepEqual(await at.config(['unset', 'openai.model']), ended({}))
    assert.match(at.text, /\[openai\]\n# cheap\n/)
    assert.deepEqual(await at.config(['get', 'openai.model']), ended({ stdout: 'gpt-3.5-turbo\n' }))
    assert.deepEqual(at.names, ['config.toml'])
  })

  it('change a file with a byte order mark, which it loses', async () => {
    using at = new ConfigFolder(`\uFEFF${file}`)
    assert.deepEqual(await at.config(['set', 'openai.model', 'gpt-4o-mini']), ended({}))
    assert.equal(at.text, file.replace('gpt-4o', 'gpt-4o-mini'))
  })

  it('create a file that only this user can read', async () => {
    using at = new ConfigFolder()
    const path = join(at.folder, 'deep', 'c.toml')
    assert.equal((await at.config(['set', 'axon.port', '9000', '--config', path])).code, 0)
    assert.equal(readFileSync(path, 'utf8'), '[axon]\nport = 9000\n')
    assert.equal(lstatSync(path).mode & 0o777, 0o600)
  })

  it('follow a symbolic link, and keep it', async () => {
    using at = new ConfigFolder(file)
    mkdirSync(join(at.folder, 'real'))
    renameSync(at.file, join(at.folder, 'real', 'c.toml'))
    symlinkSync(join('real', 'c.toml'), at.file)
    assert.equal((await at.config(['set', 'use', 'echo'])).code, 0)
    assert.ok(lstatSync(at.file).isSymbolicLink())
    assert.match(at.text, /use = "echo"/)
  })

  it('take lists by commas, tables as JSON, and none', async () => {
    using at = new ConfigFolder(file)
    const alice = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY'
    const bob = '5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty'
    await at.config(['set', 'policy.allow', `${alice}, ${bob}`])
    assert.equal((await at.config(['get', 'policy.allow'])).stdout, `${alice}\n${bob}\n`)
    const endpoints = [{ baseUrl: 'http://127.0.0.1:9/v1', apiKey: 'env:KEY', connectTimeout: '2s' }]
    await at.config(['set', 'openai.endpoints', JSON.stringify(endpoints)])
    assert.deepEqual(JSON.parse((await at.config(['get', 'openai.endpoints'])).stdout), endpoints)
    await at.config(['set', 'openai.maxTokens', 'none'])
    assert.match(at.text, /maxTokens = "none"/)
    assert.equal((await at.config(['set', 'openai.presencePenalty', '--', '-0.5'])).code, 0)
    assert.match(at.text, /presencePenalty = -0.5/)
  })

  it('set one entry of a table, and keep the others with their comments', async () => {
    using at = new ConfigFolder(
      '[prices]\n# a mean of both\nsmall = { input = 1, output = 2 } # dear\n\n[budget]\nlimit = "5usd/day"\n',
    )
    const price = '{"input":0.1,"output":0.4}'
    for (const key of ['prices.gpt-4.1', 'prices."m at 127.0.0.1:9"', 'prices.small'])
      assert.deepEqual(await at.config(['set', key, price]), ended({}))
    assert.match(at.text, /^\[prices\]\n# a mean of both\nsmall = .*# dear\n/)
    const { prices } = tableOf(at)
    assert.deepEqual(Object.keys(prices), ['small', 'gpt-4.1', 'm at 127.0.0.1:9'])
    for (const one of Object.values(prices)) assert.deepEqual({ ...(one as object) }, { input: 0.1, output: 0.4 })
    assert.deepEqual(await at.config(['set', `budget.hotkeys.${hotkey}`, '1usd/day']), ended({}))
    assert.deepEqual({ ...tableOf(at).budget.hotkeys }, { [hotkey]: '1usd/day' })
    for (const key of ['prices.small', 'prices."m at 127.0.0.1:9"', `budget.hotkeys.${hotkey}`])
      assert.deepEqual(await at.config(['unset', key]), ended({}))
    assert.deepEqual(tableOf(at), { prices: { 'gpt-4.1': { input: 0.1, output: 0.4 } }, budget: { limit: '5usd/day' } })

    const before = at.text
    const wrong = await at.config(['set', 'prices.small', '5'])
    assert.deepEqual([wrong.code, at.text], [2, before])
    assert.match(wrong.stderr, /prices\.small must be a table/)
  })

  it('name an entry in what they print, and take it by itself', async () => {
    using at = new ConfigFolder('[prices]\n"gpt-4.1" = { input = 1, output = 2 } # dear\n')
    const json = async (...args: string[]) => JSON.parse((await at.config([...args, '--json'])).stdout)
    const { path, value } = await json('set', 'prices.x', '{"input":3,"output":4}')
    assert.deepEqual([path, value], ['prices.x', { input: 3, output: 4 }])
    const got = await json('get', 'prices."gpt-4.1"')
    assert.deepEqual([got.path, got.value], ['prices.gpt-4.1', { input: 1, output: 2 }])
    assert.equal((await json('unset', 'prices.x')).path, 'prices.x')
    assert.deepEqual(await at.config(['set', `policy.rates.${hotkey}`, '2/min']), ended({}))
    assert.deepEqual(await at.config(['get', `policy.rates.${hotkey}`]), ended({ stdout: '2/min\n' }))
    assert.deepEqual(await at.config(['unset', `policy.rates.${hotkey}`]), ended({}))
    assert.deepEqual(tableOf(at).policy ?? {}, {})
  })

  it('say which entry a table lacks, and which is meant', async () => {
    using at = new ConfigFolder('[prices]\n"gpt-4.1" = { input = 1, output = 2 }\n')
    for (const [command, code] of [
      ['get', 1],
      ['unset', 2],
    ] as const) {
      assert.deepEqual(
        await at.config([command, 'prices.gtp-4.1']),
        ended({ code, stderr: 'error: prices has no entry "gtp-4.1"\n  try: use prices.gpt-4.1\n' }),
      )
      assert.deepEqual(
        await at.config([command, `policy.rates.${hotkey}`]),
        ended({
          code,
          stderr: `error: policy.rates has no entry "${hotkey}"\n  try: miner config get policy.rates\n`,
        }),
      )
    }
  })

  it('show the value of an entry by an example', async () => {
    using at = new ConfigFolder('')
    const price = `'{"input":0.1,"output":0.3}'`
    for (const [args, hint] of [
      [[`budget.hotkeys.${hotkey}`, '1usd'], `miner config set budget.hotkeys.${hotkey} 2usd/day`],
      [[`policy.rates.${hotkey}`, 'often'], `miner config set policy.rates.${hotkey} 120/min`],
      [['prices.k', '5'], `miner config set prices.k ${price}`],
      [['prices.m at x', '{"input":-1}'], `miner config set 'prices.m at x' ${price}`],
      [['prices.x'], `miner config set prices.x ${price}, or - for standard input`],
      [['prices.__proto__', '{"input":1,"output":2}'], 'use another name'],
    ] as const) {
      const { code, stderr } = await at.config(['set', ...args])
      assert.equal(code, 2)
      assert.ok(stderr.includes(`\n  try: ${hint}\n`), stderr)
    }
    assert.match((await at.config(['set', 'prices.x'])).stderr, /^error: the value of prices\.x is missing\n/)
    assert.equal(at.text, '')
  })

  it('set an entry beside one that was wrong before', async () => {
    using at = new ConfigFolder('[prices]\nbad = { input = -1, output = 2 }\n')
    const { code, stderr } = await at.config(['set', 'prices.good', '{"input":1,"output":2}'])
    assert.equal(code, 0, stderr)
    assert.match(stderr, /^warning: prices\.bad\.input must be/)
    assert.equal(at.text, '[prices]\nbad = { input = -1, output = 2 }\ngood = { input = 1, output = 2 }\n')
  })

  it('unset an entry with a comment, wherever its table stands', async () => {
    for (const [text, after] of [
      [`[budget.hotkeys]\n# why\n${hotkey} = "1usd/day" # a\n`, '[budget.hotkeys]\n# why\n# a\n'],
      [`[budget]\nlimit = "5usd/day"\nhotkeys.${hotkey} = "1usd/day" # a\n`, '[budget]\nlimit = "5usd/day"\n# a\n'],
      [`budget.each = "1usd/day"\nbudget.hotkeys.${hotkey} = "1usd/day" # a\n`, 'budget.each = "1usd/day"\n# a\n'],
      [`[budget]\nhotkeys = { ${hotkey} = "1usd/day" } # a\n`, '[budget]\n# a\n'],
      [`[budget.hotkeys]\n${hotkey} = "1usd/day"\n`, '[budget]'],
    ] as const) {
      using at = new ConfigFolder(text)
      assert.deepEqual(await at.config(['unset', `budget.hotkeys.${hotkey}`]), ended({}), text)
      assert.equal(at.text.trim(), after.trim())
    }
  })

  it('set and unset an entry of a YAML file, and keep the comments of the others and its own', async () => {
    using at = new ConfigFolder()
    const path = join(at.folder, 'c.yaml')
    const run = (...args: string[]) => at.config([...args, '--config', path])
    const rest = '  # two\n  b: { input: 3, output: 4 } # b\nlog.level: info # l\n'
    writeFileSync(path, `# mine\nprices:\n  # one\n  a:\n    input: 1 # dear\n    output: 2\n${rest}`)
    assert.deepEqual(await run('set', 'prices.a', '{"input":1,"output":9}'), ended({}))
    assert.deepEqual(await run('set', 'prices.c', '{"input":5,"output":6}'), ended({}))
    const added = rest.replace('# b\n', '# b\n  c:\n    input: 5\n    output: 6\n')
    assert.equal(
      readFileSync(path, 'utf8'),
      `# mine\nprices:\n  # one\n  a:\n    input: 1 # dear\n    output: 9\n${added}`,
    )
    for (const key of ['prices.a', 'prices.c']) assert.deepEqual(await run('unset', key), ended({}))
    assert.equal(readFileSync(path, 'utf8'), `# mine\nprices:\n  # one\n  # dear\n${rest}`)
  })

  it('set an entry of a table that a new file, and a YAML file, do not have', async () => {
    using at = new ConfigFolder('[policy]\nallow = []\n')
    assert.deepEqual(await at.config(['set', 'prices.m', '{"input":1,"output":2}']), ended({}))
    assert.deepEqual({ ...tableOf(at).prices.m }, { input: 1, output: 2 })
    const yaml = join(at.folder, 'c.yaml')
    writeFileSync(yaml, '# mine\nprices:\n  a: { input: 1, output: 2 }\n')
    assert.deepEqual(await at.config(['set', 'prices.b', '{"input":3,"output":4}', '--config', yaml]), ended({}))
    const text = readFileSync(yaml, 'utf8')
    assert.match(text, /^# mine\nprices:\n {2}a:/)
    assert.deepEqual(parse(text).prices.b, { input: 3, output: 4 })
  })

  it('refuse what the file would be wrong with, and leave it as it is', async () => {
    using at = new ConfigFolder(file)
    const cases: readonly (readonly [string[], string])[] = [
      [
        ['set', 'axon.port', 'x'],
        'error: axon.port must be a whole number, not "x"\n  try: miner config set axon.port 8091\n',
      ],
      [['set', 'axon.prt', '1'], 'error: there is no setting axon.prt\n  try: use axon.port\n'],
      [['get', 'axon'], 'error: axon is a table, and not a setting\n  try: name a setting in it, such as axon.port\n'],
      [
        ['get', 'sk-0123/45'],
        'error: the first word does not name a setting\n  try: miner config show lists the settings\n',
      ],
      [
        ['set', 'axon.port=9000'],
        'error: the name of a setting has no =: axon.port is one\n  try: miner config set axon.port 9000\n',
      ],
      [
        ['set', `openai.apiKey=${secret}`],
        'error: the name of a setting has no =: openai.apiKey is one\n  try: miner config set openai.apiKey\n',
      ],
      [
        ['get', 'axon.port=9000'],
        'error: the name of a setting has no =: axon.port is one\n  try: miner config get axon.port\n',
      ],
      [['set', 'axon.max_workers', '4'], 'error: there is no setting axon.max_workers\n  try: use axon.concurrency\n'],
      [['set', 'use', 'ecco'], 'error: there is no miner "ecco"\n  try: --use echo; there are: openai, echo\n'],
      [
        ['set', 'openai.suffix', 'x'],
        'error: openai.suffix needs api to be completions (@/config.toml: openai.suffix)\n  try: set api to completions, or remove suffix\n',
      ],
      [
        ['set', 'openai.model'],
        'error: the value of openai.model is missing\n  try: miner config set openai.model VALUE, or - for standard input\n',
      ],
    ]
    for (const [args, stderr] of cases) assert.deepEqual(await at.config(args), ended({ code: 2, stderr }))
    const missing =
      'error: the value of openai.apiKey is missing: standard input is empty\n  try: pipe it in, or give env:NAME or file:PATH\n'
    for (const input of ['', '\n'])
      assert.deepEqual(await at.config(['set', 'openai.apiKey'], { input }), ended({ code: 2, stderr: missing }))
    assert.equal(at.text, file)
    assert.deepEqual(at.names, ['config.toml'])
  })

  it('refuse a value that makes the file too large to be read again', async () => {
    using at = new ConfigFolder(file)
    const { code, stderr } = await at.config(['set', 'openai.systemPrompt', '-'], { input: 'x'.repeat(1_048_576) })
    assert.equal(code, 2)
    assert.match(stderr, /^error: the configuration file would be larger than 1024 KiB/)
    assert.equal(at.text, file)
  })

  it('warn of what is wrong with the file besides', async () => {
    using at = new ConfigFolder('use = "echo"\n\n[wallet]\nnam = "x"\n\n[echo]\nprefixx = "y"\n')
    const stderr =
      'warning: wallet.nam is not a setting (@/config.toml: wallet.nam)\n  try: write wallet.name\n' +
      'warning: echo.prefixx is not a setting (@/config.toml: echo.prefixx)\n  try: write echo.prefix\n'
    assert.deepEqual(await at.config(['set', 'axon.port', '9000']), ended({ stderr }))
    assert.match(at.text, /^port = 9000$/m)
    assert.deepEqual(await at.config(['get', 'axon.port']), ended({ stdout: '9000\n', stderr }))
    assert.deepEqual(await at.config(['unset', 'axon.port']), ended({ stderr }))
    const rest = await at.config(['unset', 'wallet.nam'])
    assert.deepEqual(rest, ended({ stderr: stderr.replace(/^.*\n.*\n/, '') }))
    at.write('use = "ecco"\n')
    const { stdout, stderr: unknown } = await at.config(['get', 'axon.port'])
    assert.equal(stdout, '8091\n')
    assert.match(unknown, /^warning: there is no miner "ecco" \(@\/config.toml: use\)\n/)
  })

  it('mend a file step by step', async () => {
    using at = new ConfigFolder('[axon]\nport = "x"\nqueue = "y"\n')
    assert.equal((await at.config(['set', 'axon.port', '9000'])).code, 0)
    assert.equal(at.text, '[axon]\nport = 9000\nqueue = "y"\n')
    assert.equal((await at.config(['get', 'axon.port'])).stdout, '9000\n')
    at.write('[axon\n')
    const broken = await at.config(['set', 'axon.port', '9000'])
    assert.match(broken.stderr, /not valid TOML: .* \(@\/config.toml: line 1, column \d+\)/)
    assert.equal(at.text, '[axon\n')
  })

  it('exit with 1 when a setting has no value', async () => {
    using at = new ConfigFolder(file)
    const { code, stderr } = await at.config(['get', 'openai.suffix'])
    assert.equal(code, 1)
    assert.equal(
      stderr,
      'error: openai.suffix has no value: it is not set, and has no default\n  try: miner config set openai.suffix VALUE\n',
    )
  })

  it('get what a variable says, and warn that it overrides the file', async () => {
    using at = new ConfigFolder(file)
    const env = { MINER_AXON_PORT: '9100' }
    assert.equal((await at.config(['get', 'axon.port'], { env })).stdout, '9100\n')
    assert.deepEqual(JSON.parse((await at.config(['get', 'axon.port', '--json'], { env })).stdout), {
      path: 'axon.port',
      value: 9100,
      origin: { from: 'environment', variable: 'MINER_AXON_PORT' },
    })
    const { code, stderr } = await at.config(['set', 'axon.port', '9200'], { env })
    assert.equal(code, 0)
    assert.equal(
      stderr,
      'warning: the variable MINER_AXON_PORT overrides axon.port of the file\n  try: unset MINER_AXON_PORT\n',
    )
    const old = await at.config(['set', 'log.level', 'warn'], { env: { BT_LOGGING_DEBUG: '1' } })
    assert.match(old.stderr, /^warning: the variable BT_LOGGING_DEBUG overrides log.level of the file\n/)
  })

  it('change a YAML file', async () => {
    using at = new ConfigFolder()
    const path = join(at.folder, 'c.yaml')
    writeFileSync(path, '# mine\naxon.port: 9000 # behind the router\n')
    const run = (...args: string[]) => at.config([...args, '--config', path])
    assert.equal((await run('set', 'axon.port', '9001')).code, 0)
    assert.equal((await run('set', 'use', 'echo')).code, 0)
    assert.equal((await run('unset', 'axon.queue')).code, 0)
    assert.equal(readFileSync(path, 'utf8'), '# mine\naxon.port: 9001 # behind the router\nuse: echo\n')
    assert.equal((await run('get', 'axon.port')).stdout, '9001\n')
    assert.match((await run('set', 'use', 'x')).stderr, /there is no miner "x"/)
  })

  it('change and remove a setting under its old name, and keep the comments', async () => {
    using at = new ConfigFolder()
    const path = join(at.folder, 'c.yaml')
    const run = (...args: string[]) => at.config([...args, '--config', path])
    const forms = [
      ['openai.model_name: gpt-4 # best\n', 'openai.model_name: gpt-4o # best\n', '# best\n'],
      ['openai:\n  model_name: gpt-4 # best\n  n: 1\n', 'openai:\n  model_name: gpt-4o # best\n  n: 1\n', '# best'],
    ] as const
    for (const [before, after, kept] of forms) {
      writeFileSync(path, before)
      assert.deepEqual(await run('get', 'openai.model_name'), ended({ stdout: 'gpt-4\n' }))
      assert.deepEqual(await run('set', 'openai.model', 'gpt-4o'), ended({}))
      assert.equal(readFileSync(path, 'utf8'), after)
      assert.deepEqual(await run('get', 'openai.model'), ended({ stdout: 'gpt-4o\n' }))
      assert.deepEqual(await run('unset', 'openai.model'), ended({}))
      assert.doesNotMatch(readFileSync(path, 'utf8'), /model/)
      assert.ok(readFileSync(path, 'utf8').includes(kept))
    }
    writeFileSync(path, 'miner: {blacklist: {whitelist: [], blacklist: []}}\n')
    const alice = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY'
    assert.deepEqual(await run('set', 'policy.allow', alice), ended({}))
    assert.match(readFileSync(path, 'utf8'), /whitelist: \[ 5Grwva\w+ \], blacklist: \[\] /)
    assert.deepEqual(await run('unset', 'miner.blacklist.whitelist'), ended({}))
    assert.deepEqual(await run('get', 'policy.allow'), ended({ stdout: '\n' }))
  })

  it('refuse a setting that stands in the file under an old name with other values, until it is removed', async () => {
    using at = new ConfigFolder()
    const path = join(at.folder, 'c.yaml')
    const run = (...args: string[]) => at.config([...args, '--config', path])
    const old = 'logging.debug: true # loud\nminer: {no_serve: yes, blacklist: {whitelist: }}\n'
    writeFileSync(path, old)
    for (const [setting, key] of [
      ['log.level', 'logging.debug'],
      ['neuron.announce', 'miner.no_serve'],
    ] as const) {
      const refused = ended({
        code: 2,
        stderr: `error: ${setting} stands in @/c.yaml under another name, ${key}, whose values differ\n  try: miner config unset ${key}\n`,
      })
      assert.deepEqual(await run('unset', setting), refused)
    }
    assert.equal(readFileSync(path, 'utf8'), old)
    assert.match(
      (await run('set', 'miner.no_serve', 'true')).stderr,
      /\n {2}try: miner config set neuron.announce false\n$/,
    )
    assert.deepEqual(await run('unset', 'logging.debug'), ended({}))
    assert.deepEqual(await run('set', 'log.level', 'warn'), ended({}))
    assert.match(readFileSync(path, 'utf8'), /# loud/)
    assert.deepEqual(await run('get', 'log.level'), ended({ stdout: 'warn\n' }))
    // Without a value, the old name sets nothing.
    assert.equal((await run('set', 'policy.allow', '[]')).code, 0)
  })

  it('remove a key of the file that is not a setting', async () => {
    using at = new ConfigFolder('[wallet]\nnam = "x" # mine\nname = "y"\n\n[zebra]\na = 1\n')
    assert.equal((await at.config(['unset', 'wallet.nam'])).code, 0)
    assert.equal(at.text, '[wallet]\n# mine\nname = "y"\n\n[zebra]\na = 1\n')
    assert.deepEqual(await at.config(['unset', 'zebra']), ended({}))
    assert.doesNotMatch(at.text, /zebra/)
    assert.match((await at.config(['unset', 'wallet'])).stderr, /^error: wallet is a table, and not a setting\n/)
    assert.match((await at.config(['unset', 'wallet.nam'])).stderr, /^error: there is no setting wallet.nam\n/)
    assert.match(at.text, /name = "y"/)
  })

  it('refuse a pipe', async function () {
    if (process.platform === 'win32') this.skip()
    using at = new ConfigFolder()
    const { code, stderr } = await at.config(['set', 'axon.port', '1', '--config', '/dev/null'])
    assert.equal(code, 2)
    assert.match(stderr, /\/dev\/null is not a regular file/)
  })
})

describe('a secret of miner config set', () => {
  it('is never taken from the command line', async () => {
    using at = new ConfigFolder(file)
    for (const args of [
      ['openai.apiKey', secret],
      ['openai.baseUrl', `https://user:${secret}@models.example/v1`],
      ['openai.endpoints', JSON.stringify([{ apiKey: secret }])],
    ]) {
      const { code, stdout, stderr } = await at.config(['set', ...args])
      assert.equal(code, 2)
      assert.match(
        stderr,
        /^error: the value of openai\.\w+ is a secret, and others on this machine can see the command line\n/,
      )
      assert.doesNotMatch(stdout + stderr, /Marker/)
    }
    assert.equal(at.text, file)
    assert.equal((await at.config(['set', 'openai.apiKey', 'env:KEY'])).code, 0)
    assert.match(at.text, /apiKey = "env:KEY"/)
  })

  it('is piped in, and not printed', async () => {
    using at = new ConfigFolder(file)
    const { code, stdout, stderr } = await at.config(['set', 'openai.apiKey', '--json'], { input: `${secret}\n` })
    assert.equal(code, 0)
    assert.doesNotMatch(stdout + stderr, /Marker/)
    assert.match(at.text, new RegExp(`^apiKey = "${secret}"$`, 'm'))
    assert.equal((await at.config(['get', 'openai.apiKey'])).stdout, '***\n')
    const url = `wss://user:${secret}@node.example/`
    assert.equal((await at.config(['set', 'subtensor.endpoints', '-'], { input: url })).code, 0)
    assert.equal((await at.config(['get', 'subtensor.endpoints'])).stdout, 'wss://node.example/\n')
  })

  for (const args of [
    ['set', 'openai.apiKey', 'env:KEY'],
    ['unset', 'openai.apiKey'],
  ]) {
    it(`stays in its file, which is named, after ${args[0]}`, async () => {
      using at = new ConfigFolder('[openai]\napiKey = "file:key.secret"\n')
      const kept = join(at.folder, 'key.secret')
      writeFileSync(kept, secret)
      const { code, stderr } = await at.config(args)
      assert.equal(code, 0)
      assert.match(stderr, /^warning: @\/config\.toml no longer refers to @\/key\.secret\n/)
      assert.equal(readFileSync(kept, 'utf8'), secret)
      assert.equal((await at.config(['set', 'axon.port', '9000'])).stderr, '')
    })
  }

  it('is not written to a file that others can read', async () => {
    using at = new ConfigFolder(file, 0o644)
    const { code, stderr } = await at.config(['set', 'openai.apiKey'], { input: secret })
    assert.equal(code, 2)
    assert.equal(
      stderr,
      'error: others on this machine can read @/config.toml (mode 644), so it gets no secret\n  try: chmod 600 @/config.toml\n',
    )
    assert.equal(at.text, file)
  })

  it('is typed at a terminal, and not shown there', async function () {
    if (!hasTerminal()) this.skip()
    using at = new ConfigFolder(file)
    await using run = onTerminal(['config', 'set', 'openai.apiKey'], { env: at.env })
    await run.says('openai.apiKey: ')
    run.child.stdin.write(`${secret}\r`)
    const { code, stdout } = await run.ended
    assert.equal(code, 0)
    assert.doesNotMatch(stdout, /Marker/)
    assert.match(at.text, new RegExp(secret))

    await using aborted = onTerminal(['config', 'set', 'openai.apiKey'], { env: at.env })
    await aborted.says('openai.apiKey: ')
    aborted.child.stdin.write('\u0003')
    assert.equal((await aborted.ended).code, 130)
  })
})

function ended({ code = 0, stdout = '', stderr = '' }) {
  return { code, signal: null, stdout, stderr }
}
