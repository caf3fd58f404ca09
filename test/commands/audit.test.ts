import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AuditReport } from '#dist/audit/audit-axon.js'
import { AuditError } from '#dist/audit/audit-error.js'
import { notTriedWarning } from '#dist/cli/audit/audit-notes.js'
import { auditPage } from '#dist/cli/audit/audit-page.js'
import { ownAuditKey } from '#dist/cli/audit/own-key.js'
import { developmentKeys } from '#dist/keys/development-keys.js'
import { isAddress } from '#dist/keys/ss58.js'
import { plainAxon } from '../audit/plain-axon.ts'
import { closedPort } from '../support/chain/watched-chain.ts'
import { runMiner, spawnMiner, startMiner } from '../support/miner-process.ts'

const [alice, bob, charlie] = developmentKeys
const wallets = fileURLToPath(new URL('../fixtures/wallets', import.meta.url))
const ofBob = ['--wallet-path', wallets, '--wallet-name', 'plain']
const serve = ['serve', '--use', 'echo', '--network', 'none', '--axon-host', '127.0.0.1', '--axon-port', '0', ...ofBob]

describe('miner audit', () => {
  it('says what keeps it from attacking, with its exit code', async () => {
    await using axon = await plainAxon()
    const url = `http://127.0.0.1:${axon.target.port}`
    const large = JSON.stringify({ messages: ['x'.repeat(64 * 1024)] })
    const cases: [args: string[], code: number, error: string][] = [
      [['--dev', '--url', 'http://203.0.113.9:8091'], 2, 'NOT_LOOPBACK'],
      [['--dev', '--url', 'http://[2001:db8::9]:8091'], 2, 'NOT_LOOPBACK'],
      [['--dev', '--remote', '--url', 'http://203.0.113.9:8091'], 2, 'FLAGS_CONFLICT'],
      [['--remote'], 2, 'FLAGS_CONFLICT'],
      [['--remote', '--url', url, ...ofBob], 2, 'FLAGS_CONFLICT'],
      [['--dev', '--yes', '--url', url], 2, 'FLAGS_CONFLICT'],
      [['--dev', '--as', 'plain/default', '--url', url], 2, 'FLAGS_CONFLICT'],
      [['--as', 'plain', '--url', url, ...ofBob], 2, 'INVALID_VALUE'],
      [['--dev', '--receiver', '5Bob', '--url', url], 2, 'INVALID_VALUE'],
      [['--dev', '--synapse', 'Nope', '--url', url], 2, 'UNKNOWN_SYNAPSE'],
      [['--dev', '--axon-port', '0'], 2, 'URL_MISSING'],
      [['--network', 'none', '--remote', '--url', 'http://203.0.113.9:8091', ...ofBob], 2, 'CONFIG_INVALID'],
      [['--remote', '--url', 'http://203.0.113.9:8091', '--body', large, ...ofBob], 2, 'INVALID_VALUE'],
      [['--dev', '--receiver', charlie.address, '--url', url], 1, 'GOOD_REQUEST_FAILED'],
      [['--dev', '--url', `http://127.0.0.1:${(await closedPort()).port}`], 1, 'NO_AXON'],
    ]
    for (const [args, code, error] of cases) {
      const ended = await runMiner(['audit', ...args, '--json'])
      assert.deepEqual([ended.code, JSON.parse(ended.stdout).error?.code], [code, error], `${args}: ${ended.stdout}`)
    }
    assert.equal(axon.requests(), 1)
  })

  it('says which flag of its own mends an address or a caller', async () => {
    const cases: [args: string[], message: RegExp, hint: RegExp][] = [
      [['--dev', '--url', 'http://203.0.113.9:8091'], /^203.* is not a loopback address$/, /at http:..127.0.0.1:8091$/],
      [['--url', 'http://203.0.113.9:8091', ...ofBob], /is not a loopback address$/, /or with --remote, which/],
      [['--remote', '--url', 'http://127.0.0.1:8091', ...ofBob], /is a loopback address$/, /leave --remote out/],
      [['--as', 'nobody/default', ...ofBob], /no hotkey file .*nobody/, /with --as WALLET.HOTKEY: .*plain.default/],
    ]
    for (const [args, message, hint] of cases) {
      const { code, stdout } = await runMiner(['audit', ...args, '--json'])
      const { error } = JSON.parse(stdout)
      assert.equal(code, 2)
      assert.match(error.message, message)
      assert.match(error.hint, hint)
    }
  })

  it('prints a table, and what the axon fell to, with what it means and what would mend it', async () => {
    await using axon = await plainAxon('takes no signature', 'refuses everybody')
    await using careless = await plainAxon('gets no underscores')
    const closed = await runMiner(['audit', '--dev', '--url', `http://127.0.0.1:${axon.target.port}`])
    assert.equal(closed.code, 0)
    assert.match(closed.stdout, /^ATTACK +VERDICT +FOUND\nno signature +not tried +the axon does not answer the caller/)
    assert.match(closed.stdout, /^slow headers +held +refused with 408 after \d/m)
    assert.match(closed.stdout, /\n2 held, 0 fell, \d+ not tried\n$/)
    const [begun, ...ended] = closed.stderr.split('\n')
    assert.equal(
      begun,
      `attacking http://127.0.0.1:${axon.target.port}, the axon of ${bob.address}, as ${alice.address}`,
    )
    assert.match(
      ended.join('\n'),
      new RegExp(
        `^warning: \\d+ of \\d+ attacks were not tried: .*Forbidden.*\n  try: miner serve .*--allow ${alice.address}`,
      ),
    )
    const { code, stdout, stderr } = await runMiner([
      'audit',
      '--dev',
      '--url',
      `http://127.0.0.1:${careless.target.port}`,
    ])
    assert.equal(code, 1)
    assert.match(
      stderr,
      /^attacking .*\nwarning: \d+ of \d+ attacks were not tried\n {2}try: read why in the column FOUND\n$/,
    )
    assert.match(
      stdout,
      /^fell: header stripping by a proxy\n {2}found {2}.*No SS58.*\n {2}means {2}.*\n {2}mend {3}.*nginx/m,
    )
  })

  it('asks with a key of its own, and tells the operator to allow it', async () => {
    await using miner = await startMiner([...serve, '--allow', charlie.address])
    const data = mkdtempSync(join(tmpdir(), 'miner-audit-'))
    const { code, stdout, stderr } = await spawnMiner(['audit', '--url', miner.url, '--json', ...ofBob], {
      env: { MINER_DATA_DIR: data },
    })
    const { caller, isLetIn, receiver, attacks } = JSON.parse(stdout)
    assert.deepEqual([code, isLetIn, receiver], [0, false, miner.hotkey])
    assert.ok(isAddress(caller))
    assert.match(
      stderr,
      new RegExp(`^warning: .* not tried: the axon does not answer ${caller}: Forbidden.*\n  try: .*--allow ${caller}`),
    )
    const held = attacks.filter((row: { verdict: string }) => row.verdict === 'held')
    assert.deepEqual(
      held.map(({ id }: { id: string }) => id),
      ['header-stripping', 'slow-headers'],
    )
    assert.equal((await ownAuditKey(join(data, 'audit', 'key'))).address, caller)
    rmSync(data, { recursive: true })
  })
})

describe('the warning after an audit', () => {
  const row = { id: 'x', title: 'x', meaning: '', mend: '' }
  const warned = (finding: Partial<AuditReport['rows'][number]>, isRemote = false) => {
    const good = { status: 200, message: '' } as AuditReport['good']
    const rows = [{ ...row, verdict: 'not tried' as const, found: '', ...finding }]
    return notTriedWarning({ good, isLetIn: true, rows }, { caller: '5Caller', isRemote })
  }

  it('tells what to do about a rate, or another machine', () => {
    assert.match(warned({ stoppedBy: 'rate' })!.hint!, /--allow 5Caller/)
    assert.match(warned({}, true)!.hint!, /on its own machine/)
    assert.match(warned({ found: '503 error 429' })!.hint!, /column FOUND/)
    assert.equal(warned({ verdict: 'held' }), undefined)
  })
})

describe('the page of an audit', () => {
  it('fits a terminal of 80 columns, and shows no control character of the axon', () => {
    const row = { id: 'x', title: 'header stripping by a proxy', meaning: 'a '.repeat(60), mend: 'b '.repeat(60) }
    const rows = (['held', 'fell', 'unprotected', 'not tried'] as const).map(verdict => {
      return { ...row, verdict, found: `401 \u001b[31m${'c '.repeat(60)}` }
    })
    const page = auditPage({ rows, isLetIn: true, good: { status: 200 } as AuditReport['good'] }, 80)
    assert.deepEqual(
      page.split('\n').filter(line => line.length > 80),
      [],
    )
    assert.ok(!page.includes('\u001b'))
    assert.match(page, /\n1 held, 1 fell, 1 not protected by the wire, 1 not tried$/)
  })
})

describe('the key of the audit', () => {
  it('is made once, for this user only, and is refused when it is not one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'miner-audit-'))
    const path = join(folder, 'audit', 'key')
    const { address } = await ownAuditKey(path)
    assert.equal((await ownAuditKey(path)).address, address)
    assert.equal(statSync(path).mode & 0o777, 0o600)
    const unusable = (error: unknown) => error instanceof AuditError && error.code === 'AUDIT_KEY_UNUSABLE'
    for (const text of ['no key', 'ab'.repeat(31), `${'ab'.repeat(32)}g`, `${'ab'.repeat(32)}zz`]) {
      writeFileSync(path, text)
      await assert.rejects(ownAuditKey(path), unusable, text)
    }
    await assert.rejects(ownAuditKey(join(path, 'below', 'a', 'file')), unusable)
    rmSync(folder, { recursive: true })
  })
})
