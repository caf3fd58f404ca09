import assert from 'node:assert/strict'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statfsSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { checkNames } from '#dist/doctor/doctor-table.js'
import { liveMiner } from '../support/cli.ts'
import { runMiner, startMiner } from '../support/miner-process.ts'
import { answered, said, startModelServer } from '../support/model-server.ts'
import { startPortHolder } from '../support/port-holder.ts'
import { type DoctorFinding, runDoctor, withoutChain } from '../support/run-doctor.ts'
import { bob } from '../support/signed-request.ts'

const local = withoutChain

describe('miner doctor', () => {
  let home: string
  let wallets: string
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'miner-doctor-'))
    wallets = join(home, 'wallets')
    cpSync(fileURLToPath(new URL('../fixtures/wallets', import.meta.url)), wallets, { recursive: true })
    chmodSync(join(wallets, 'plain/hotkeys/default'), 0o600)
  })
  afterEach(() => rmSync(home, { recursive: true, force: true }))
  const env = () => ({ BT_WALLET_PATH: wallets, BT_WALLET_NAME: 'plain' })

  it('finds no fault where all is well, in the parts of a page that names every check that applies', async () => {
    const { code, stdout, stderr } = await runMiner(['doctor', '--use', 'echo', '--axon-port', '0', ...local], {
      env: env(),
    })
    assert.deepEqual([code, stderr], [0, ''])
    assert.match(
      stdout,
      /^settings\n {2}ok {7}configuration {2}valid\n {2}ok {7}plugins {8}none are installed\n\nmachine\n/,
    )
    assert.match(stdout, new RegExp(`\\n {2}ok {7}wallet {9}hotkey ${bob.address}, not encrypted\\n`))
    assert.match(stdout, /\n\n0 faults, \d warnings?, \d unknown, \d+ ok\n$/)
    // What is not well on this machine has its reason and its mend below it.
    assert.match(stdout, /\n {2}unknown {2}speed .*\n {26}try: miner doctor --ask --use echo .*\n {26}found: /)
  })

  it('runs those checks alone that --only names, in their own order', async () => {
    const { document } = await runDoctor(['--dev', '--use', 'echo', '--only', 'port,node', '--only', 'plugins'])
    assert.deepEqual(
      document.checks.map(({ name }) => name),
      ['plugins', 'node', 'port'],
    )
    const wrong = await runMiner(['doctor', '--only', 'weather', '--json'])
    assert.deepEqual([wrong.code, JSON.parse(wrong.stdout).error.code], [2, 'INVALID_VALUE'])
  })

  it('lists all problems of the configuration, and goes on with the defaults', async () => {
    const config = join(home, 'config.toml')
    writeFileSync(config, '[axon]\nport = "abc"\nprt = 1\n[policy]\nminStake = -1\n', { mode: 0o600 })
    const { code, brief, of } = await runDoctor(['--use', 'echo', '--config', config, ...local], { env: env() })
    assert.equal(code, 1)
    assert.deepEqual(
      brief.filter(line => line.startsWith('configuration')),
      ['configuration fault UNKNOWN_KEY', 'configuration fault INVALID_VALUE', 'configuration fault INVALID_VALUE'],
    )
    assert.match(of('wallet')[0]!.message, /not encrypted/)
    assert.match(of('port')[0]!.message, /^port 8091 /)
  })

  it('goes on without the miner that the file names, if there is none of that name', async () => {
    const config = join(home, 'config.toml')
    writeFileSync(config, 'use = "nope"', { mode: 0o600 })
    const { code, brief, of } = await runDoctor(['--config', config, ...local], { env: env() })
    assert.equal(code, 1)
    assert.ok(brief.includes('configuration fault UNKNOWN_MINER'))
    assert.deepEqual([of('endpoints'), of('wallet').length], [[], 1])
  })

  it('goes on when the module of the miner that a variable names cannot be loaded', async () => {
    const root = join(home, 'broken')
    mkdirSync(root)
    const oclif = { contract: 2, miners: { broken: './index.js' } }
    writeFileSync(
      join(root, 'package.json'),
      JSON.stringify({ name: 'miner-broken', version: '1.0.0', type: 'module', oclif }),
    )
    writeFileSync(join(root, 'index.js'), "throw new Error('no card')")
    const data = join(home, 'data')
    mkdirSync(data)
    const plugins = [{ name: 'miner-broken', root, type: 'link' }]
    writeFileSync(join(data, 'package.json'), JSON.stringify({ private: true, oclif: { schema: 1, plugins } }))
    const options = { env: { ...env(), MINER_DATA_DIR: data, MINER_USE: 'broken' } }
    const { code, brief, of } = await runDoctor([...local, '--only', 'configuration,plugins,node,endpoints'], options)
    assert.deepEqual([code, brief], [1, ['configuration fault PLUGIN_BROKEN', 'plugins ok', 'node ok']])
    assert.match(of('configuration')[0]!.message, /^the miner broken of miner-broken@1\.0\.0 .*no card/)
  })

  it('goes on with a file that is not TOML', async () => {
    const config = join(home, 'config.toml')
    writeFileSync(config, 'a = [', { mode: 0o600 })
    const { code, brief } = await runDoctor(['--use', 'echo', '--config', config, '--dev'], { env: env() })
    assert.equal(code, 1)
    assert.ok(brief.includes('configuration fault FILE_MALFORMED') && brief.includes('node ok'))
  })

  it('keeps its own words where a secret is one of them', async () => {
    await using model = await startModelServer(answered(401, { error: { message: 'Incorrect API key provided' } }))
    for (const secret of ['endpoints', 'verdict', 'findings', 'message', 'warning']) {
      const report = join(home, `${secret}.md`)
      const args = ['--base-url', model.url, '--only', 'endpoints,node,files', '--report', report, ...local]
      const options = { env: { ...env(), OPENAI_API_KEY: secret } }
      const { document, brief, of } = await runDoctor(args, options)
      assert.ok(brief.includes('node ok'), secret)
      assert.deepEqual(document.checks.map(({ name }) => name).toSorted(), ['endpoints', 'files', 'node'])
      assert.equal(of('endpoints')[0]!.verdict, 'fault')
      assert.match(readFileSync(report, 'utf8'), /\n {2}fault {4}endpoints {2}/)
      const { code, stdout } = await runMiner(['doctor', ...args, '--force'], options)
      assert.deepEqual([code, /^model\n {2}fault {4}endpoints {2}/m.test(stdout)], [1, true])
    }
  })

  it('counts the request log and the log files on the disk of the data folder', async function () {
    const { bsize, bavail } = statfsSync(home)
    if (bsize * bavail > 2 * 1024 ** 4) this.skip() // the disk has room for the largest request log
    const small = await runDoctor(['--dev', '--use', 'echo', '--only', 'disk'])
    assert.equal(small.of('disk')[0]!.verdict, 'ok')
    const sizes = {
      MINER_REQUEST_LOG_MAX_SIZE: '1024GiB',
      MINER_LOG_FILE_MAX_FILES: '10000',
      MINER_LOG_FILE_MAX_SIZE: '1GiB',
    }
    assert.deepEqual((await runDoctor(['--dev', '--use', 'echo', '--only', 'disk'], { env: sizes })).brief, ['disk ok'])
    for (const growing of [
      ['--request-log', 'full'],
      ['--log-file', join(home, 'miner.log')],
    ]) {
      const args = ['--dev', '--use', 'echo', '--only', 'disk', ...growing]
      const { brief } = await runDoctor(args, { env: { ...sizes, MINER_DATA_DIR: join(home, 'data') } })
      assert.deepEqual(brief, ['disk warning DISK_SMALL'])
    }
    // They have their size already, as far as stat tells.
    for (const name of ['miner.log', 'miner.log.7']) {
      writeFileSync(join(home, name), '')
      truncateSync(join(home, name), 5 * 1024 ** 4)
    }
    const args = ['--dev', '--use', 'echo', '--only', 'disk', '--log-file', join(home, 'miner.log')]
    assert.deepEqual((await runDoctor(args, { env: sizes })).brief, ['disk ok'])
  })

  it('exits with 2 for a mistake in the command line', async () => {
    for (const [args, expected] of [
      [['--axon-port', 'x'], 'CONFIG_INVALID'],
      [['--use', 'nope'], 'UNKNOWN_MINER'],
      [['--nope'], 'CONFIG_INVALID'],
      [['--force'], 'FLAGS_CONFLICT'],
      [['--url', 'nowhere'], 'INVALID_VALUE'],
      [['--dev', '--wallet-name', 'x'], 'CONFIG_INVALID'],
    ] as const) {
      const { code, stdout } = await runMiner(['doctor', '--json', ...args], { env: env() })
      assert.deepEqual([code, JSON.parse(stdout).error.code], [2, expected], args.join(' '))
    }
  })

  it('does not hide the rest when the wallet is missing', async () => {
    const { code, brief } = await runDoctor(['--use', 'echo', ...local], { env: { ...env(), BT_WALLET_NAME: 'gone' } })
    assert.equal(code, 1)
    assert.ok(brief.includes('wallet fault HOTKEY_NOT_FOUND'))
    for (const name of ['node', 'files', 'disk', 'chain', 'port', 'endpoints'])
      assert.ok(
        brief.some(line => line.startsWith(name)),
        name,
      )
  })

  it('names the callers that are missing without a chain', async () => {
    const { brief } = await runDoctor(['--use', 'echo', '--network', 'none', '--only', 'configuration'], { env: env() })
    assert.deepEqual(brief, ['configuration fault NOBODY_ALLOWED'])
  })

  it('finds a flag that has no effect without a chain, as miner serve does', async () => {
    const args = ['--use', 'echo', '--min-stake', '5', '--only', 'configuration', ...local]
    const { code, brief, of } = await runDoctor(args, { env: env() })
    assert.deepEqual([code, brief], [1, ['configuration fault RULE_BROKEN']])
    assert.match(of('configuration')[0]!.message, /^policy\.minStake has no effect/)
  })

  it('names the program that holds the port, and knows its own axon', async () => {
    await using holder = await startPortHolder('127.0.0.1')
    const args = ['--dev', '--use', 'echo', '--only', 'port,headers']
    const taken = await runDoctor([...args, '--axon-port', String(holder.port)])
    assert.deepEqual([taken.code, taken.brief], [1, ['port fault PORT_TAKEN']])
    await using miner = await startMiner(['serve', '--dev', '--use', 'echo', '--axon-port', '0'])
    const ours = await runDoctor([...args, '--axon-port', String(miner.port), '--url', miner.url])
    assert.deepEqual([ours.code, ours.brief], [0, ['port ok', 'headers ok']])
    assert.match(ours.of('port')[0]!.message, /is held by an axon of this hotkey/)
  })

  it('names the program that holds the admin port, which keeps the miner from its start', async () => {
    await using holder = await startPortHolder()
    const args = ['--dev', '--use', 'echo', '--axon-port', '0', '--only', 'port']
    const taken = await runDoctor([...args, '--admin-port', String(holder.port)])
    assert.deepEqual([taken.code, taken.brief], [1, ['port ok', 'port fault PORT_TAKEN']])
    const [, { message, hint }] = taken.of('port') as readonly [DoctorFinding, DoctorFinding]
    assert.match(message, new RegExp(`^admin port ${holder.port} is held by `))
    assert.match(hint!, /or choose another port with --admin-port$/)
    const foreign = await runDoctor([...args, '--admin-port', '9091', '--admin-host', '192.0.2.1'])
    assert.deepEqual(foreign.brief, ['port ok', 'port fault HOST_FOREIGN'])
    assert.match(foreign.of('port')[1]!.hint!, /^leave --admin-host out/)
    assert.deepEqual((await runDoctor([...args, '--admin-port', '0'])).brief, ['port ok', 'port ok'])
  })

  it('tells a small limit of open files of the shell that it runs in', async function () {
    if (process.platform !== 'linux') this.skip()
    const args = ['doctor', '--dev', '--use', 'echo', '--only', 'files']
    await using run = liveMiner(args, { command: 'ulimit -n 300 && "$NODE" "$MINER" "$@"' })
    const { code, stdout } = await run.ended
    assert.equal(code, 0)
    assert.match(stdout, /^ {2}warning {2}files +300 open files are allowed, and --limits-connections 1024 /m)
  })

  it('tells a small limit of memory of the shell that it runs in', async function () {
    if (process.platform !== 'linux') this.skip()
    const args = ['doctor', '--dev', '--use', 'echo', '--only', 'memory', '--limits-bodies', '8GiB']
    await using run = liveMiner(args, { command: 'ulimit -d 1048576 && "$NODE" "$MINER" "$@"' })
    const { stdout } = await run.ended
    assert.match(stdout, /^ {2}warning {2}memory +ulimit -d allows 1 GiB/m)
  })

  it('checks the endpoint: its key, its model, and its clock', async () => {
    await using model = await startModelServer((response, request) => {
      response.setHeader('date', new Date(Date.now() + 600_000).toUTCString())
      answered(401, { error: { message: 'Incorrect API key provided' } })(response, request)
    })
    const args = ['--dev', '--base-url', model.url, '--only', 'clock,endpoints,slots,speed']
    const { code, brief } = await runDoctor(args, { env: { OPENAI_API_KEY: 'sk-wrong' } })
    assert.equal(code, 1)
    assert.deepEqual(brief, ['clock fault CLOCK_OFF', 'endpoints fault MODEL_KEY_REFUSED', 'speed unknown'])
  })

  it('finds a miner that cannot do what the dialect needs', async () => {
    const { code, brief } = await runDoctor(['--dev', '--use', 'echo', '--dialect', 'gittensor', '--only', 'endpoints'])
    assert.deepEqual([code, brief], [1, ['endpoints fault MINER_LACKS']])
  })

  it('finds with --ask that no word comes in time', async () => {
    await using model = await startModelServer(async (response, request) => {
      await setTimeout(500)
      said('Hello')(response, request)
    })
    const args = ['--dev', '--base-url', model.url, '--only', 'speed', '--ask', '--max-timeout', '100ms']
    const { code, brief } = await runDoctor(args)
    assert.deepEqual([code, brief], [1, ['speed fault ANSWER_LATE']])
  })

  it('measures a whole answer with --ask only', async () => {
    await using model = await startModelServer(said('Hello'))
    const args = ['--dev', '--base-url', model.url, '--only', 'speed']
    const questions = () =>
      model.requests.filter(({ body }) => String(JSON.stringify(body)).includes('hash table')).length
    assert.deepEqual((await runDoctor(args)).brief, ['speed unknown'])
    assert.equal(questions(), 0)
    const { brief, of } = await runDoctor([...args, '--ask'])
    assert.deepEqual([brief, questions()], [['speed ok'], 1])
    assert.match(of('speed')[0]!.message, /^a whole answer took \d+\.\d s, and validators wait 11\.7 s \(prompting /)
  })

  it('colours the verdicts where colours are wanted, and says the same without', async () => {
    const args = ['doctor', '--dev', '--use', 'echo', '--only', 'node,plugins']
    const [plain, coloured] = [await runMiner(args), await runMiner(args, { env: { FORCE_COLOR: '1' } })]
    assert.ok(!plain.stdout.includes('\u001b'))
    assert.ok(coloured.stdout.includes('\u001b[32mok'))
    assert.equal(stripVTControlCharacters(coloured.stdout), plain.stdout)
  })

  it('shows the name of each check in its help', async () => {
    const { stdout } = await runMiner(['doctor', '--help'])
    for (const name of checkNames) assert.ok(stdout.includes(name), name)
  })
})
