import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { LoggedRequest, WholeRequest } from '#dist/request-log/logged-request.js'
import { conversation, entry, largeLog, until, write } from '../request-log/logged.ts'
import { liveMiner } from '../support/cli.ts'
import { type MinerProcess, runMiner, startMiner } from '../support/miner-process.ts'
import { answered, completion, type ModelServer, startModelServer, whole } from '../support/model-server.ts'
import { program } from '../support/service-folder.ts'
import { alice, bob, charlie, send, signedRequest } from '../support/signed-request.ts'
import { hasTerminal, onTerminal, withoutStatus } from '../support/terminal.ts'

describe('miner logs and miner replay', () => {
  const data = mkdtempSync(join(tmpdir(), 'miner-logs-'))
  const env = { MINER_DATA_DIR: data }
  const file = join(data, 'requests', `1-${bob.address}.sqlite`)
  let model: ModelServer
  let ids: readonly string[]
  let asked: number

  const serve = (mode: string, ...more: readonly string[]) =>
    startMiner(['serve', '--dev', '--axon-port', '0', '--base-url', model.url, '--request-log', mode, ...more], { env })
  const logs = (...args: readonly string[]) => runMiner(['logs', ...args, '--dev'], { env })
  const json = async <T>(...args: readonly string[]) => JSON.parse((await logs(...args, '--json')).stdout) as T
  const listed = async (...args: readonly string[]) =>
    (await json<{ requests: readonly LoggedRequest[] }>(...args)).requests
  const ask = (miner: MinerProcess, by = alice) => send(miner.url, signedRequest({ by }))

  before(async () => {
    model = await startModelServer(whole('fine'))
    await using miner = await serve('full', '--api-key', 'sk-secret-0123456789abcdef')
    await ask(miner)
    const hostile = completion('\u001b[2J\u001b[31mred sk-secret-0123456789abcdef\nsecond \u202eline')
    model.behaviour = answered(200, hostile)
    await ask(miner, charlie)
    model.behaviour = answered(400, { error: { message: 'no \u202ewith sk-secret-0123456789abcdef' } })
    await ask(miner)
    await fetch(`${miner.url}/Prompting`, { method: 'POST', body: '{}' })
    const { stderr } = await miner.stop()
    const full = miner.records.find(({ event }) => event === 'requestLogFull')
    assert.deepEqual([full?.level, full?.path], ['warn', file])
    assert.doesNotMatch(stderr, /Experimental/)
    ids = (await listed()).map(({ id }) => id)
    asked = model.requests.length
    model.behaviour = whole('another')
  })
  after(async () => {
    await model[Symbol.asyncDispose]()
    rmSync(data, { recursive: true, force: true })
  })

  it('lists requests as a table, the newest last, and only counts strangers', async () => {
    const { code, stdout, stderr } = await logs()
    assert.equal(code, 0)
    const [header, ...lines] = stdout.trimEnd().split('\n')
    assert.match(header!, /^TIME \(UTC\) +ID +END +MS +USD +HOTKEY +SYNAPSE +ANSWER$/)
    assert.equal(lines.length, 3)
    assert.match(
      lines[0]!,
      /^\d\d-\d\d \d\d:\d\d:\d\d {2}[0-9a-f]{8} {2}200 +\d+ +\? {2}5Grwv…utQY +Prompting +gpt\S+@127\.0\.0\.1\S* \d+\+\d+ tokens$/,
    )
    assert.match(lines[2]!, / 5\d\d +\d+ +0 {2}5Grwv…utQY +Prompting +UPSTREAM_\w+ gpt\S+$/)
    assert.equal(stderr, 'in that time 1 request of callers that proved no hotkey, which are only counted\n')
  })

  it('lists those that flags choose, as one document with --json', async () => {
    const { requests, strangers } = await json<{ requests: readonly LoggedRequest[]; strangers: number }>()
    assert.deepEqual([requests.length, strangers], [3, 1])
    assert.deepEqual(await listed('-n', '1'), requests.slice(-1))
    assert.deepEqual(await listed('--hotkey', charlie.address), [requests[1]])
    assert.deepEqual(await listed('--outcome', 'failed', '--since', '7d'), [requests[2]])
    assert.deepEqual(await listed('--status', '200', '--number', '10'), requests.slice(0, 2))
    assert.deepEqual(await listed('--slow', '1h'), [])
    const none = await logs('--slow', '1h')
    assert.deepEqual([none.code, none.stdout, none.stderr], [0, '', 'no request in the log is of this kind\n'])
  })

  it('shows a request whole, found by the beginning of its id, with control characters escaped', async () => {
    const { code, stdout } = await logs('show', ids[1]!.slice(0, 12))
    assert.equal(code, 0)
    assert.match(stdout, new RegExp(`^  id +${ids[1]}$`, 'm'))
    assert.match(stdout, new RegExp(`^  caller +${charlie.address} at 127\\.0\\.0\\.1$`, 'm'))
    assert.match(stdout, /^ {2}end +answered with 200, finish reason stop$/m)
    assert.match(stdout, /^ {2}cost +unknown$/m)
    for (const stage of ['read the head', 'check the signature', 'wait for a place', 'wait for the model', 'answer'])
      assert.match(stdout, new RegExp(`^  ${stage} +█+ +[\\d.]+ ms$`, 'm'))
    assert.match(
      stdout,
      /\nsystem:\nBe brief\.\n\nuser:\nhi\n\nanswer:\n\\u001b\[2J\\u001b\[31mred \*\*\*\nsecond \\u202eline\n$/,
    )
    const whole = await json<WholeRequest>('show', ids[1]!)
    assert.equal(whole.conversations[0]!.answer, '\u001b[2J\u001b[31mred ***\nsecond \u202eline')
    const failed = await logs('show', ids[2]!)
    assert.match(
      failed.stdout,
      /^ {2}attempts +\S+ at \S+ failed with MODEL_BAD_REQUEST after \d+ ms: \S+ refuses the request \(400\): no \\u202ewith \*\*\*$/m,
    )
    assert.match(failed.stdout, /\nuser:\nhi\n$/)
  })

  it('says what is wrong, with 2 for a bad value and 1 for the world', async () => {
    const cases: [args: readonly string[], code: number, error: string][] = [
      [['-n', '0'], 2, 'INVALID_VALUE'],
      [['-n', '100001'], 2, 'INVALID_VALUE'],
      [['--since', 'yesterday'], 2, 'INVALID_VALUE'],
      [['--since', '0s'], 2, 'INVALID_VALUE'],
      [['--slow', '5'.repeat(400)], 2, 'INVALID_VALUE'],
      [['--status', '20'], 2, 'INVALID_VALUE'],
      [['--hotkey', '5Grw'], 2, 'INVALID_VALUE'],
      [['--outcome', 'lost'], 2, 'INVALID_VALUE'],
      [['show'], 2, 'ARGUMENT_MISSING'],
      [['show', 'no-such-id'], 2, 'REQUEST_UNKNOWN'],
      [['show', ''], 2, 'REQUEST_AMBIGUOUS'],
      [['--netuid', '9'], 1, 'REQUEST_LOG_MISSING'],
      [['backup', join(data, 'taken')], 2, 'BACKUP_EXISTS'],
      [['backup', file, '--force'], 2, 'BACKUP_MISPLACED'],
      [['backup', data], 2, 'BACKUP_MISPLACED'],
      [['backup', join(data, 'no', 'folder')], 1, 'BACKUP_FAILED'],
      [['--file', file], 2, 'FLAGS_CONFLICT'],
      [['--wallet-name', 'x'], 2, 'CONFIG_INVALID'],
    ]
    writeFileSync(join(data, 'taken'), '')
    for (const [args, code, error] of cases) {
      const ended = await logs(...args, '--json')
      assert.deepEqual([ended.code, JSON.parse(ended.stdout).error?.code], [code, error], `${args}: ${ended.stdout}`)
    }
    const { stderr } = await runMiner(['logs', '--file', file, '--netuid', '3'], { env })
    assert.match(stderr, /--file and --netuid do not go together/)
    const missing = await logs('--netuid', '9')
    assert.match(missing.stderr, /the request log .*9-5FH\S* does not exist\n {2}try: name .* --file \S+1-5FH/)
  })

  it('leaves nothing of a copy that a signal breaks off, and ends by that signal', async () => {
    const large = await largeLog(data)
    const copies = join(data, 'copies')
    mkdirSync(copies)
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      const child = spawn(process.execPath, [program, 'logs', 'backup', '--file', large, join(copies, 'copy')])
      const exit = once(child, 'exit')
      await until(() => readdirSync(copies).length > 0)
      child.kill(name)
      const [, signal] = await exit
      // It may have been in time, which leaves the whole copy.
      const left = readdirSync(copies)
      if (left.length > 0) assert.deepEqual([left, statSync(join(copies, 'copy')).size > 64_000_000], [['copy'], true])
      else assert.equal(signal, name)
      rmSync(join(copies, 'copy'), { force: true })
    }
  })

  it('tells its path, and copies the file to one that --file reads', async () => {
    assert.equal((await logs('path')).stdout, `${file}\n`)
    assert.deepEqual(await json('path', '--netuid', '9'), { path: file.replace('1-', '9-'), exists: false })
    const copy = join(data, 'copy.sqlite')
    assert.equal((await logs('backup', copy)).stdout, `${copy}\n`)
    assert.equal(statSync(copy).mode & 0o777, 0o600)
    assert.equal((await logs('backup', copy, '--force')).code, 0)
    const read = await runMiner(['logs', '--file', copy, '--json'], { env })
    assert.deepEqual(
      JSON.parse(read.stdout).requests.map(({ id }: LoggedRequest) => id),
      ids,
    )
  })

  it('follows the requests of a miner that serves, and keeps no conversation as metadata', async () => {
    await using miner = await serve('metadata')
    assert.ok(!miner.records.some(({ event }) => event === 'requestLogFull'))
    await using text = liveMiner(['logs', '--dev', '-n', '1', '--follow'], { env })
    await using lines = liveMiner(['logs', '--dev', '-f', '--json', '--hotkey', charlie.address], { env })
    await text.says(ids[2]!.slice(0, 8))
    await lines.says(ids[1]!)
    await ask(miner)
    await text.says('5Grwv…utQY', 2)
    await ask(miner, charlie)
    await text.says('5FLSi')
    await lines.says('"hotkey"', 2)
    text.child.kill('SIGINT')
    lines.child.kill('SIGINT')
    assert.equal((await text.ended).signal, 'SIGINT')
    const { stdout, stderr } = await lines.ended
    const followed = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as LoggedRequest)
    assert.deepEqual([followed.map(({ hotkey }) => hotkey), stderr], [[charlie.address, charlie.address], ''])
    await until(async () => (await listed()).length === 5)
    const last = (await listed()).at(-1)!
    assert.deepEqual((await json<WholeRequest>('show', last.id)).conversations, [])
    const { code, stderr: why } = await runMiner(['replay', last.id, '--dev', '--use', 'echo', '--yes'], { env })
    assert.equal(code, 2)
    assert.match(why, /the log has no conversation of request .*\n {2}try: serve with --request-log full/)
    asked = model.requests.length
  })

  it('follows the file that takes the place of one that is deleted', async () => {
    const path = join(data, 'deleted.sqlite')
    await write(path, [entry({ id: 'before' })])
    await using run = liveMiner(['logs', '--file', path, '--follow', '-n', '0'], { env })
    await run.says('TIME (UTC)')
    rmSync(path)
    await run.says('the request log ')
    await write(path, [entry({ id: 'after' })])
    await run.says(' after ')
    run.child.kill('SIGINT')
    const { signal, stdout, stderr } = await run.ended
    assert.deepEqual([signal, stdout.split('\n').length], ['SIGINT', 3])
    assert.equal(stderr, `the request log ${path} does not exist; waiting for it\n`)
  })

  it('replays a request with another model, and shows both answers', async () => {
    const replay = (...args: readonly string[]) =>
      runMiner(['replay', ids[1]!, '--dev', '--base-url', model.url, ...args], { env })
    const refused = await replay()
    assert.equal(refused.code, 2)
    assert.match(refused.stderr, /may cost money, and only a terminal can ask for a yes\n {2}try: give --yes/)
    assert.equal(model.requests.length, asked, 'nothing was asked')

    const { code, stdout } = await replay('--yes', '--model', 'other')
    assert.equal(code, 0)
    assert.match(
      stdout,
      /^in the log\n {2}gpt\S+ at .*\n(?: {2}.*\n)+\n\\u001b\[2J.*\nsecond .*\n\nnow\n(?: {2}.*\n)+\nanother\n$/,
    )
    const [request] = model.requests.slice(asked)
    const { model: named, messages } = request!.body as { model: string; messages: { content: string }[] }
    assert.equal(named, 'other')
    assert.deepEqual(
      messages.map(({ content }) => content),
      ['Be brief.', 'hi'],
    )
    const document = JSON.parse((await replay('--yes', '--json')).stdout)
    assert.deepEqual([document.id, document.before.answer.slice(-4), document.now.answer], [ids[1], 'line', 'another'])
    assert.deepEqual(Object.keys(document.now), Object.keys(document.before))

    model.behaviour = answered(500, { error: { message: 'out of memory' } })
    assert.equal((await replay('--yes')).code, 1)
    model.behaviour = whole('another')
    asked = model.requests.length
  })

  it('asks at a terminal before it replays', async function () {
    if (!hasTerminal()) return this.skip()
    const replay = () => onTerminal(['replay', ids[0]!, '--dev', '--base-url', model.url], { env, columns: 90 })
    for (const [typed, exit] of [
      ['n\n', 0],
      ['\n', 0],
      ['\u0004', 0],
      ['\u0003', 130],
    ] as const) {
      await using run = replay()
      await run.says('Go on? [y/N]')
      run.child.stdin.write(typed)
      assert.equal((await run.ended).code, exit, JSON.stringify(typed))
    }
    assert.equal(model.requests.length, asked)
    await using run = replay()
    await run.says('which may cost money. Go on? [y/N]')
    run.child.stdin.write('y\n')
    const { code, stdout } = await run.ended
    assert.equal(code, 0)
    assert.match(
      withoutStatus(stdout).replaceAll('\r\n', '\n'),
      /\nin the log +│ {2}now\n(?:.*\n)+fine +│ {2}another\n$/,
    )
  })

  it('loses at most the end of its rows to kill -9 under load, and opens again', async () => {
    await using killed = await startMiner(
      ['serve', '--dev', '--use', 'echo', '--axon-port', '0', '--netuid', '7', '--request-log', 'full'],
      { env },
    )
    const path = join(data, 'requests', `7-${bob.address}.sqlite`)
    let isOver = false
    const callers = [alice, charlie, alice, charlie].map(async by => {
      // The last request of each fails with its connection.
      while (!isOver) await send(killed.url, signedRequest({ by })).catch(() => {})
    })
    const answeredIds = () => killed.records.filter(({ event }) => event === 'answered').map(({ id }) => String(id))
    const reader = new DatabaseSync(path, { readOnly: true })
    const ended = () => Number(reader.prepare('SELECT count(*) AS count FROM requests').get()?.count ?? 0)
    await until(() => ended() > 0)
    // Those that were answered after a transaction has to be in one of the next, while requests go on.
    const early = answeredIds()
    const hasEarly = reader.prepare(
      'SELECT count(*) AS count FROM requests WHERE id IN (SELECT value FROM json_each(?))',
    )
    await until(() => hasEarly.get(JSON.stringify(early))?.count === early.length)
    const committed = ended()
    killed.send('SIGKILL')
    await killed.ended
    isOver = true
    await Promise.all(callers)
    reader.close()
    // Before a miner has opened the file again, from its journal.
    assert.ok((await listed('--netuid', '7', '-n', '100000')).length >= committed)

    await using next = await startMiner(
      ['serve', '--dev', '--use', 'echo', '--axon-port', '0', '--netuid', '7', '--request-log', 'full'],
      { env },
    )
    await send(next.url, signedRequest())
    await next.stop()
    const database = new DatabaseSync(path, { readOnly: true })
    assert.deepEqual({ ...database.prepare('PRAGMA integrity_check').get() }, { integrity_check: 'ok' })
    const kept = database
      .prepare('SELECT id FROM requests ORDER BY seq')
      .all()
      .map(({ id }) => String(id))
    database.close()
    // In the order of the log, what is missing comes behind all that is kept.
    const logged = answeredIds()
    assert.ok(early.length > 0 && kept.length > committed)
    assert.deepEqual(
      early.filter(id => !kept.includes(id)),
      [],
    )
    assert.deepEqual(kept.slice(0, -1), logged.slice(0, kept.length - 1))
  })

  it('has two miners of one hotkey share the file, and does not start with a file that is not to be used', async () => {
    const both = await Promise.all([serve('metadata'), serve('metadata')])
    const before = (await listed('-n', '1000')).length
    await Promise.all(both.map(miner => ask(miner)))
    for (const miner of both) {
      const { code } = await miner.stop()
      assert.equal(code, 0)
      assert.ok(!miner.records.some(({ event }) => event === 'requestLogFailed'))
    }
    assert.equal((await listed('-n', '1000')).length, before + 2)
    symlinkSync(file, join(data, 'requests', `8-${bob.address}.sqlite`))
    const args = ['serve', '--dev', '--use', 'echo', '--axon-port', '0', '--netuid', '8', '--request-log', 'metadata']
    const { code, stderr } = await runMiner(args, { env })
    assert.deepEqual([code, /is a symbolic link/.test(stderr)], [1, true])
    const some = await runMiner([...args.slice(0, -1), 'some'], { env })
    assert.equal(some.code, 2)
    assert.match(some.stderr, /one of off, metadata, full, not "some".*\n {2}try: set --request-log metadata, MINER/)
  })

  it('makes no file without --request-log', async () => {
    await using miner = await startMiner(['serve', '--dev', '--use', 'echo', '--axon-port', '0', '--netuid', '5'], {
      env,
    })
    await ask(miner)
    await miner.stop()
    assert.deepEqual(
      readdirSync(join(data, 'requests')).filter(name => name.startsWith('5-')),
      [],
    )
  })

  it('escapes what callers and plugins may have put into names', async () => {
    const hostile = join(data, 'hostile.sqlite')
    const name = '\u001b[2Jx\u202e\n'
    const attempts = [{ endpoint: name, model: name, ms: 1 }]
    const request = {
      id: name,
      synapse: name,
      model: name,
      endpoint: name,
      code: name,
      reason: name,
      cutBy: name,
      attempts,
    }
    const called = { ...conversation(name, name), toolCalls: [{ id: '1', name, arguments: name }] }
    await write(hostile, [entry({ ...request, address: name, finishReason: name }, [called])])
    for (const args of [['logs'], ['logs', 'show', '\u001b']]) {
      const { code, stdout } = await runMiner([...args, '--file', hostile], { env })
      assert.equal(code, 0)
      assert.doesNotMatch(stdout, /[[\p{Cc}\u202e]--\n]/v)
      assert.match(stdout, /\\u001b\[2Jx\\u202e/)
      if (args.length === 1) assert.equal(stdout.trimEnd().split('\n').length, 2)
    }
  })

  it('fits a terminal, whose width cuts the lines', async function () {
    if (!hasTerminal()) return this.skip()
    const wide = join(data, 'wide.sqlite')
    await write(wide, [
      entry({ model: 'a-model-with-a-long-name-'.repeat(5), endpoint: '主要', synapse: '漢字'.repeat(9) }),
    ])
    for (const [columns, end] of [
      [80, /5Grwv…utQY {2}a-model.*…$/],
      [120, /漢字漢字… {3}a-model.*…$/],
    ] as const) {
      await using run = onTerminal(['logs', '--file', wide], { env, columns })
      const { code, stdout } = await run.ended
      assert.equal(code, 0)
      const lines = withoutStatus(stdout).trimEnd().split('\r\n')
      assert.equal(lines.length, 2)
      assert.match(lines[1]!, end)
    }
  })
})
