import assert from 'node:assert/strict'
import { claim, synapseOf } from '#dist/wires/synapse/claim.js'
import { synapseWire } from '#dist/wires/synapse/wire.js'
import { alice, head, message, signedHead, vector } from '../fixture.ts'

const body = '{"roles":["user"],"messages":["hi"]}'

describe('claim of the synapse wire', () => {
  it('reads what the recorded request claims', () => {
    const { rawHeaders } = message(vector('axon/request-10.2.http').toString())
    const read = claim(head(rawHeaders))
    assert.equal(read.synapse, 'Prompting')
    assert.equal(read.hotkey, alice.address)
    assert.equal(read.timeoutMs, 10_000)
    assert.equal(read.nonce, 1_700_000_000_000_000_000n)
    assert.equal(read.version, 10_002_000n)
  })

  it('12.1-3: reads header names in any case', () => {
    const lower = signedHead({ body })
    const upper = head(lower.rawHeaders.map((text, at) => (at % 2 === 0 ? text.toUpperCase() : text)))
    assert.deepEqual(claim(upper), claim(lower))
    assert.equal(synapseWire.match(upper), true)
  })

  it('12.1-26: refuses a nonce, version or timeout that Python could not convert', () => {
    const bad = {
      bt_header_dendrite_nonce: ['abc', '1.5', ''],
      bt_header_dendrite_version: ['x', '1.0'],
      timeout: ['abc', ''],
    }
    for (const [name, values] of Object.entries(bad)) {
      for (const value of values) {
        const refused = { code: 'MALFORMED', message: `The header ${name} is not a number` }
        assert.throws(() => claim(head([name, value])), refused, `${name}: ${value}`)
      }
    }
  })

  it('reads numbers as Python does', () => {
    const read = claim(
      head(['bt_header_dendrite_nonce', ' 1_000 ', 'bt_header_dendrite_version', '+007', 'timeout', '1e1']),
    )
    assert.deepEqual([read.nonce, read.version, read.timeoutMs], [1000n, 7n, 10_000])
  })

  it('treats a timeout that is not a positive duration as absent', () => {
    for (const text of ['0', 'nan', 'inf', '-inf', '-5', '1e308']) {
      assert.equal(claim(head(['timeout', text])).timeoutMs, null, text)
    }
    assert.equal(claim(head([])).timeoutMs, null)
    assert.equal(claim(head(['timeout', 'inf'])).timeoutSeconds, 12)
  })

  it('refuses a repeated header, in any case', () => {
    for (const name of ['bt_header_dendrite_nonce', 'bt_header_axon_ip', 'computed_body_hash', 'timeout']) {
      const twice = head([name, '1', name.toUpperCase(), '1'])
      assert.throws(() => claim(twice), { code: 'MALFORMED', message: `The header ${name} comes twice` })
    }
    assert.doesNotThrow(() => claim(head(['accept', 'a', 'accept', 'b'])))
  })

  it('12.1-37, 12.1-38: ignores input_obj headers', () => {
    const without = signedHead({ body, change: { bt_header_input_obj_messages: null } })
    const spoofed = signedHead({ body, change: { bt_header_input_obj_messages: 'WyJzcG9vZiJd' } })
    assert.equal(claim(without).synapse, 'Prompting')
    assert.equal(claim(spoofed).synapse, 'Prompting')
  })

  it('returns a null hotkey when the header is absent, empty or not an address of prefix 42', () => {
    for (const hotkey of [null, '', '5Abc', `${alice.address} `, `0x${'00'.repeat(32)}`]) {
      assert.equal(claim(signedHead({ body, change: { bt_header_dendrite_hotkey: hotkey } })).hotkey, null)
    }
  })

  it('matches a head with any header of this wire, by name only', () => {
    assert.equal(synapseWire.match(head(['bt_header_dendrite_hotkey', ''])), true)
    assert.equal(synapseWire.match(head(['x-note', 'bt_header_dendrite_hotkey'])), false)
    assert.equal(synapseWire.match(head([])), false)
  })
})

describe('synapseOf', () => {
  it('12.1-7: returns the path without its query, decoded as Python decodes it', () => {
    const names = { '/Prompting': 'Prompting', '/Prompting?x=1/2': 'Prompting', '/%50rompting': 'Prompting', '/': '' }
    for (const [target, name] of Object.entries(names)) assert.equal(synapseOf(target), name, target)
    assert.equal(synapseOf('/%zz'), '%zz')
    assert.equal(synapseOf('/%C3%A9%ff'), 'é\ufffd')
  })

  it('12.1-35: returns null for more than one segment, or without a path', () => {
    for (const target of [
      '/Prompting/extra',
      '/Prompting/',
      '//',
      '//Prompting',
      '/Prompting%2Fextra',
      '*',
      '',
      'http://a/b',
    ]) {
      assert.equal(synapseOf(target), null, target)
      assert.throws(() => claim(head([], target)), { code: 'NOT_FOUND' })
    }
  })
})
