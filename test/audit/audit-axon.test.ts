import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { mapParallel } from '#dist/async/map-parallel.js'
import { attacks } from '#dist/audit/attacks/all.js'
import type { AuditReport } from '#dist/audit/audit-axon.js'
import { AuditError } from '#dist/audit/audit-error.js'
import { otherValues } from '#dist/audit/other-values.js'
import { fieldsOf } from '#dist/wires/json/convert.js'
import { realSockets } from '../axon/real-sockets.ts'
import { bob, charlie, dave } from '../support/signed-request.ts'
import { startAxon } from '../support/start-axon.ts'
import { audit, idsOf, limits, question } from './audit-of.ts'
import { type Flaw, plainAxon } from './plain-axon.ts'

/** What falls to which flaw, and nothing else. */
const falls: Readonly<Partial<Record<Flaw, readonly string[]>>> = {
  'takes no signature': ['no-signature'],
  'takes an empty signature': ['empty-signature'],
  'takes any signature': ['wrong-key', 'wrong-receiver'],
  'takes any receiver': ['wrong-receiver'],
  'takes any prefix': ['other-prefix'],
  'takes stale nonces': ['stale', 'timeout-stretching', 'version-downgrade'],
  'takes nonces of the future': ['future'],
  'takes a nonce twice': ['replay', 'late-replay'],
  'forgets nonces': ['late-replay'],
  'believes any time-out': ['timeout-stretching'],
  'believes an old version': ['version-downgrade'],
  'hashes no body': ['body-swapped', 'hashed-field-swapped', 'hash-list-in-body'],
  'takes the hash list of the body': ['hash-list-in-body'],
  'believes the body': ['other-caller-in-body'],
  'takes the first of two headers': ['duplicate-headers'],
  'takes the last of two headers': ['duplicate-headers'],
  'takes hyphens': ['header-stripping'],
  'signs for strangers': ['signing-oracle'],
  'reads any length': ['oversized-body', 'slow-body'],
  'reads any chunks': ['oversized-body', 'slow-body'],
  'reads any depth': ['nesting'],
  'waits for heads': ['slow-headers'],
  'waits for bodies': ['slow-body'],
  'locks out by name': ['lock-out'],
  'has few connections': ['many-connections'],
  'queues strangers': ['unsigned-flood'],
}

describe('an audit', () => {
  realSockets()
  const reports = new Map<string, AuditReport>()

  before(async () => {
    await mapParallel(Object.keys(falls) as Flaw[], 8, async flaw => {
      await using axon = await plainAxon(flaw)
      reports.set(flaw, await audit(axon))
    })
  })

  it('finds nothing wrong with an axon that makes every check', async () => {
    await using axon = await plainAxon()
    const { rows, isLetIn } = await audit(axon)
    assert.equal(isLetIn, true)
    assert.deepEqual(
      rows.filter(({ verdict }) => verdict !== 'held').map(({ id, verdict, found }) => [id, verdict, found]),
      [['unhashed-field-swapped', 'unprotected', 'answered although `roles` was changed']],
    )
  })

  for (const [flaw, ids] of Object.entries(falls))
    it(`finds an axon that ${flaw}`, () => {
      const report = reports.get(flaw)!
      assert.deepEqual(idsOf(report, 'fell'), ids)
    })

  it('has a flaw for each attack that an axon can fall to', () => {
    const fallen = new Set(Object.values(falls).flat())
    assert.deepEqual(
      attacks
        .filter(({ isOfWire }) => !isOfWire)
        .map(({ id }) => id)
        .filter(id => !fallen.has(id)),
      [],
    )
  })

  it('tries nothing behind the rules of an axon that does not let the caller in', async () => {
    await using axon = await plainAxon('refuses everybody', 'takes no signature', 'takes a nonce twice')
    const report = await audit(axon)
    assert.equal(report.isLetIn, false)
    assert.deepEqual(idsOf(report, 'held'), ['header-stripping', 'slow-headers'])
    assert.deepEqual(idsOf(report, 'fell'), [])
    const { found } = report.rows.find(({ id }) => id === 'no-signature')!
    assert.match(found, /^the axon does not answer the caller/)
  })

  it('tells that a proxy drops the headers, and tries nothing else', async () => {
    await using axon = await plainAxon('gets no underscores')
    const report = await audit(axon)
    assert.deepEqual(idsOf(report, 'fell'), ['header-stripping'])
    assert.deepEqual(idsOf(report, 'held'), ['slow-headers'])
    assert.equal(report.rows[0]!.found, 'the headers of a request do not arrive')
  })

  it('counts a rate that stops the caller as no fault, and what it stops as not tried', async () => {
    await using axon = await plainAxon('limits the rate', 'takes a nonce twice', 'hashes no body')
    const report = await audit(axon)
    assert.deepEqual(idsOf(report, 'fell'), [])
    const stopped = ['replay', 'late-replay', 'body-swapped', 'oversized-body', 'nesting', 'slow-body']
    for (const id of [...stopped, 'lock-out', 'many-connections', 'unsigned-flood'])
      assert.ok(idsOf(report, 'not tried').includes(id), id)
    for (const id of ['replay', 'body-swapped', 'lock-out', 'unsigned-flood'])
      assert.equal(report.rows.find(row => row.id === id)!.stoppedBy, 'rate', id)
  })

  it('tries no signature on a synapse that takes unsigned requests', async () => {
    await using axon = await plainAxon('takes no signature')
    const report = await audit(axon, { question: { ...question, isSigned: false } })
    assert.deepEqual(idsOf(report, 'fell'), [])
    assert.ok(idsOf(report, 'not tried').includes('no-signature'))
    assert.ok(idsOf(report, 'held').includes('oversized-body'))
  })

  it('sends an axon of another machine at most 50 requests, on one connection at a time', async () => {
    for (const more of [[], ['closes after each reply']] as const) {
      await using axon = await plainAxon('waits for heads', 'reads any length', 'has few connections', ...more)
      const report = await audit(axon, { isRemote: true })
      assert.deepEqual(idsOf(report, 'fell'), [])
      assert.deepEqual(
        idsOf(report, 'not tried'),
        attacks.filter(({ needs }) => needs.loopback).map(({ id }) => id),
      )
      assert.equal(axon.mostOpen(), 1)
      assert.ok(axon.requests() <= 50, `${axon.requests()} requests`)
    }
  })

  it('attacks no axon of another machine that does not tell our hotkey from others', async () => {
    await using careless = await plainAxon('takes any signature')
    await using other = await plainAxon()
    const notOurs = (error: unknown) => error instanceof AuditError && error.code === 'NOT_OURS'
    await assert.rejects(audit(careless, { isRemote: true }), notOurs)
    await assert.rejects(audit(other, { isRemote: true, receiver: dave.address }), notOurs)
    assert.deepEqual([careless.requests(), other.requests()], [2, 1])
  })

  it('attacks no axon of another machine that may be ours, but does not say so', async () => {
    for (const statuses of [[503, 503], [429, 200, 503, 503], [302], [403], [200, 403]]) {
      const left = [...statuses]
      await using server = createServer((request, response) => {
        request.resume()
        response.writeHead(left.shift() ?? 200).end()
      }).listen(0, '127.0.0.1')
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      const hint = statuses[0] === 403 ? /^miner serve with --allow 5/ : /^one for its hotkey must be answered 200/
      await assert.rejects(audit({ target: { ip: '127.0.0.1', port } }, { isRemote: true }), (error: AuditError) => {
        assert.equal(error.code, 'NOT_OURS')
        assert.match(error.hint, hint)
        return true
      })
      assert.deepEqual(left, [], String(statuses))
      server.closeAllConnections()
    }
  })

  it('tells an axon of another machine that sends no reply from one that is not ours', async () => {
    await using server = createTcpServer(socket => socket.destroy()).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    await assert.rejects(audit({ target: { ip: '127.0.0.1', port } }, { isRemote: true }), { code: 'NO_AXON' })
  })

  it('does not begin where a good request gets no answer', async () => {
    await using axon = await plainAxon()
    const { port } = axon.target
    await axon[Symbol.asyncDispose]()
    const isCode = (code: string) => (error: unknown) => error instanceof AuditError && error.code === code
    const isAbsent = {
      code: 'NO_AXON',
      message: `no axon can be reached at 127.0.0.1:${port}`,
      hint: /miner serve --dev.*--axon-port.*--url/,
    }
    for (const isRemote of [false, true])
      await assert.rejects(audit({ target: { ip: '127.0.0.1', port } }, { isRemote }), isAbsent)
    await using other = await plainAxon()
    await assert.rejects(audit(other, { receiver: charlie.address }), isCode('GOOD_REQUEST_FAILED'))
    assert.equal(other.requests(), 1)
  })

  it('does not take an answer for that of the axon whose head is not', async () => {
    for (const [status, head, message] of [
      [200, {}, /^the reply 200 of .* is not one of an axon$/],
      [302, {}, /^the reply 302 of .* is not one of an axon$/],
      [501, {}, /^the reply 501 of .* is not one of an axon$/],
      [
        200,
        { bt_header_axon_hotkey: charlie.address },
        new RegExp(`of the axon of ${charlie.address}, not of ${bob.address}$`),
      ],
    ] as const) {
      await using server = createServer((request, response) => {
        request.resume()
        response.writeHead(status, head).end('{}')
      }).listen(0, '127.0.0.1')
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      await assert.rejects(audit({ target: { ip: '127.0.0.1', port } }), { code: 'NOT_AN_AXON', message })
    }
  })

  it('ends at once when it is aborted, and closes what it opened', async () => {
    await using axon = await plainAxon('waits for heads', 'waits for bodies')
    const ending = new AbortController()
    const begun = Promise.withResolvers<void>()
    const auditing = audit(axon, { signal: ending.signal, onAttack: ({ id }) => id === 'stale' && begun.resolve() })
    await begun.promise
    ending.abort(new Error('enough'))
    await assert.rejects(auditing, /enough/)
    const left = axon.requests()
    await axon.idle()
    assert.ok(axon.requests() <= left + 1)
  })

  it('ends with the reason of the signal while it only waits', async () => {
    await using axon = await plainAxon()
    const ending = new AbortController()
    const waited = Promise.withResolvers<void>()
    let seen = 0
    // An attack is named again when all others are done and it is waited for.
    const onAttack = ({ id }: { id: string }) => id === 'late-replay' && ++seen === 2 && waited.resolve()
    const long = { ...limits, pauseMs: 600_000 }
    const auditing = audit(axon, { signal: ending.signal, limits: long, onAttack })
    await waited.promise
    ending.abort(new RangeError('enough'))
    await assert.rejects(auditing, RangeError)
  })

  it('ends the attacks that wait when one throws what was not expected', async () => {
    await using axon = await plainAxon('waits for heads', 'waits for bodies')
    const long = { ...limits, pauseMs: 600_000, slowMs: 600_000 }
    const onAttack = ({ id }: { id: string }) => {
      if (id === 'stale') throw new RangeError('a bug')
    }
    await assert.rejects(audit(axon, { limits: long, onAttack }), RangeError)
    await axon.idle()
  })

  it('finds nothing wrong with our own axon, whole or streamed', async () => {
    await using axon = await startAxon({ limits: { headersMs: 1_000 } })
    const target = { ip: '127.0.0.1', port: axon.port }
    for (const synapse of ['Prompting', 'StreamPrompting']) {
      const report = await audit({ target }, { question: { ...question, synapse } })
      const wrong = report.rows.filter(({ verdict }) => verdict !== 'held').map(({ id, verdict }) => `${id} ${verdict}`)
      const streamed = synapse === 'StreamPrompting' ? ['other-caller-in-body not tried'] : []
      assert.deepEqual(wrong, ['unhashed-field-swapped unprotected', ...streamed])
    }
  })
})

describe('other values', () => {
  it('are of the same type, and such that the axon takes them', () => {
    const all = fieldsOf({ text: 'hi', roles: ['user'], n: 1, on: true, deep: [{ k: 'v' }], none: null, empty: [] })
    assert.deepEqual(
      [...otherValues(all, () => true)],
      [...fieldsOf({ text: 'hi (altered)', roles: ['system'], n: 2, on: false, deep: [{ k: 'v (altered)' }] })],
    )
    assert.deepEqual([...otherValues(all, () => false)], [])
  })
})
