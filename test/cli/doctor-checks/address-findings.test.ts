import assert from 'node:assert/strict'
import { addressFindings } from '#dist/cli/doctor-checks/address-findings.js'
import type { Status } from '#dist/cli/status/collect-status.js'
import { NeuronError } from '#dist/neuron/neuron-error.js'
import { stateOf, statusOf } from '../status/status-of.ts'

const { neuron } = statusOf()
const axon = neuron!.axon!
const brief = (status: Status) =>
  addressFindings(status).map(({ verdict, code }) => (code === undefined ? verdict : `${verdict} ${code}`))
const unseen = { found: 'unseen', status: 503, message: 'Service unavailable', hotkey: null, ms: 1 } as const

describe('the check of the announced address', () => {
  it('is content with an address that is that of this machine, and answers', () => {
    const [found, ...more] = addressFindings(statusOf())
    assert.deepEqual(
      [found!.message, more],
      ['the chain holds 8.8.8.8:8005, as this machine announces it, where the axon answers in 12 ms', []],
    )
  })

  it('warns of IPv6', () => {
    const ip = '2606:4700::1111'
    const status = statusOf({ own: { ip, port: 8005, problem: null } }, { axon: { ...axon, ip } })
    const [found] = addressFindings(status)
    assert.deepEqual([found!.verdict, found!.code], ['warning', 'ADDRESS_IPV6'])
    assert.match(found!.message, /^the announced address \[2606:4700::1111\]:8005 is of IPv6/)
  })

  it('finds an address that validators cannot reach', () => {
    const status = statusOf(
      { own: { ip: '10.0.0.7', port: 8005, problem: null } },
      { axon: { ...axon, ip: '10.0.0.7' } },
    )
    assert.deepEqual(brief(status), ['fault UNROUTABLE'])
  })

  it('tells when the chain takes another announcement, and of a second axon of this hotkey', () => {
    const own = { ip: '8.8.4.4', port: 8005, problem: null }
    const block = statusOf().chain.metagraph!.block - 1
    const [found] = addressFindings(statusOf({ own }, { axon: { ...axon, block } }))
    assert.equal(found!.code, 'ANNOUNCED_ELSEWHERE')
    assert.match(
      found!.hint!,
      /; the chain takes another announcement in \d+ blocks only; an axon of this hotkey answers at 8\.8\.8\.8:8005/,
    )
    const [old] = addressFindings(statusOf({ own }, { axon: { ...axon, block: 1 } }))
    assert.doesNotMatch(old!.hint!, /in \d+ blocks only/)
  })

  it('warns while the miner that runs waits for the chain to take its announcement', () => {
    const own = { ip: '8.8.4.4', port: 8005, problem: null }
    const serving = { state: stateOf({ announcement: 'waiting' }), problem: null, isRunning: true }
    assert.deepEqual(brief(statusOf({ own, serving })), ['warning ANNOUNCEMENT_WAITS'])
  })

  it('cannot tell whether an address is reached that does not answer, and says how to find out', () => {
    const [found] = addressFindings(statusOf({ ping: unseen }))
    assert.equal(found!.verdict, 'unknown')
    assert.match(
      found!.hint!,
      /^from another machine: curl -sS http:\/\/8\.8\.8\.8:8005\/healthz; .*sudo ufw allow 8005\/tcp/,
    )
  })

  it('says what to do when the address of this machine is not known', () => {
    const problem = new NeuronError('ADDRESS_UNKNOWN', 'no service answers', { hint: 'give --axon-external-ip' })
    const [found] = addressFindings(statusOf({ own: { ip: null, port: 8005, problem } }))
    assert.deepEqual([found!.verdict, found!.hint], ['unknown', 'give --axon-external-ip'])
  })

  it('is content with no announcement where none is wanted', () => {
    assert.deepEqual(brief(statusOf({ ping: null, settings: { announce: false, isLocal: false } }, { axon: null })), [
      'ok',
    ])
  })
})
