import assert from 'node:assert/strict'
import { globalAgent } from 'node:https'
import { ownAddress } from '#dist/neuron/address/own-address.js'
import type { NeuronError } from '#dist/neuron/neuron-error.js'
import { makeNeuronSettings } from '#dist/neuron/settings.js'
import { type AddressAnswer, startAddressServices } from '../support/address-services.ts'

const { signal } = new AbortController()
const given = (externalIp: string, allowUnroutable = false) =>
  ownAddress({ externalIp, services: [], allowUnroutable }, signal)

async function asked(...answers: AddressAnswer[]) {
  await using services = await startAddressServices(answers)
  const result = await ownAddress({ services: services.urls, allowUnroutable: false }, signal).then(
    ({ ip }) => ip,
    (error: NeuronError) => error,
  )
  return { result, asked: services.asked }
}

async function unknown(message: RegExp, ...answers: AddressAnswer[]) {
  const { result } = await asked(...answers)
  assert.ok(typeof result === 'object', String(result))
  assert.equal(result.code, 'ADDRESS_UNKNOWN')
  assert.match(result.message, message)
  assert.match(result.hint, /--axon-external-ip/)
}

describe('the address to announce', () => {
  it('is the one that the operator gives, in its canonical spelling', async () => {
    assert.deepEqual(await given('8.8.8.8'), { ip: '8.8.8.8' })
    assert.deepEqual(await given('2600:0::1'), { ip: '2600::1' })
  })

  it('is refused when it cannot be routed, and the message says why', async () => {
    const code = 'ADDRESS_UNROUTABLE'
    const hint = /--axon-external-ip/
    await assert.rejects(given('192.168.1.4'), { code, message: /"192\.168\.1\.4": it is a private address/, hint })
    await assert.rejects(given('100.64.1.4'), { code, message: /carrier-grade NAT/, hint })
    await assert.rejects(given('my.host'), { code, message: /is not an IP address/, hint })
  })

  it('may be any machine on a chain of this machine, but is one', async () => {
    assert.deepEqual(await given('192.168.1.4', true), { ip: '192.168.1.4' })
    assert.deepEqual(await given('127.0.0.1', true), { ip: '127.0.0.1' })
    await assert.rejects(given('0.0.0.0', true), { code: 'ADDRESS_UNROUTABLE' })
    await assert.rejects(given('nowhere', true), { code: 'ADDRESS_UNROUTABLE' })
  })

  it('is what two services agree on, and asks no third', async () => {
    assert.deepEqual(await asked('8.8.4.4', ' 8.8.4.4\r\n', '1.1.1.1'), { result: '8.8.4.4', asked: [0, 1] })
  })

  it('asks further services when some fail, disagree or return what no validator reaches', async () => {
    const broken: AddressAnswer = (_, { socket }) => socket.destroy()
    assert.equal((await asked(broken, '8.8.4.4', '8.8.4.4')).result, '8.8.4.4')
    assert.equal((await asked('1.1.1.1', '8.8.4.4', '8.8.4.4')).result, '8.8.4.4')
    assert.equal((await asked('10.0.0.1', '8.8.4.4', '192.168.0.1', '8.8.4.4')).result, '8.8.4.4')
    const portal: AddressAnswer = response =>
      response.writeHead(302, { location: 'https://127.0.0.1:1/' }).end('8.8.4.4')
    assert.equal((await asked(portal, '8.8.4.4', portal, '8.8.4.4')).result, '8.8.4.4')
    const page: AddressAnswer = response => response.end('<html>8.8.4.4</html>')
    assert.equal((await asked(page, '8.8.4.4', '8.8.4.4')).result, '8.8.4.4')
  })

  it('reads no more of an answer than an address takes', async () => {
    let written = 0
    const endless: AddressAnswer = response => {
      const more = () => {
        written += 65_536
        if (!response.destroyed) response.write('8'.repeat(65_536), more)
      }
      more()
    }
    assert.equal((await asked(endless, '8.8.4.4', '8.8.4.4')).result, '8.8.4.4')
    assert.ok(written < 64 * 1024 * 1024)
  })

  it('gives a silent service 3 s, and another its turn', async () => {
    const startedAt = performance.now()
    const silent: AddressAnswer = () => {}
    const drip: AddressAnswer = response => {
      const timer = setInterval(() => response.write(' '), 100)
      response.once('close', () => clearInterval(timer))
    }
    assert.equal((await asked(silent, '8.8.4.4', '8.8.4.4')).result, '8.8.4.4')
    assert.equal((await asked(drip, '8.8.4.4', '8.8.4.4')).result, '8.8.4.4')
    assert.ok(performance.now() - startedAt >= 5_900)
  })

  it('is unknown when no two agree, and says what each did', async () => {
    await unknown(/known: s0\.test returned 1\.1\.1\.1, s1\.test returned 8\.8\.8\.8$/, '1.1.1.1', '8.8.8.8')
    await unknown(/s0\.test returned 10\.0\.0\.1, which is a private address/, '10.0.0.1', '10.0.0.1')
    await unknown(/returned status 503/, '8.8.8.8', response => response.writeHead(503).end())
  })

  it('does not take one host for two services', async () => {
    await using services = await startAddressServices(['8.8.8.8', '8.8.8.8'])
    const options = { services: [`${services.urls[0]}a`, `${services.urls[0]}b`], allowUnroutable: false }
    await assert.rejects(ownAddress(options, signal), { code: 'ADDRESS_UNKNOWN' })
  })

  it('is one of IPv6 only where no service answers over IPv4', async () => {
    const ask = async (families: readonly number[]) => {
      await using services = await startAddressServices(['2600::1', '2600::1'], families)
      return (await ownAddress({ services: services.urls, allowUnroutable: false }, signal)).ip
    }
    assert.equal(await ask([6]), '2600::1')
    await assert.rejects(ask([]), { message: /known: s0\.test failed with ENOTFOUND, s1\.test failed with ENOTFOUND$/ })
  })

  it('believes no service whose certificate is not trusted', async () => {
    await using services = await startAddressServices(['8.8.8.8', '8.8.8.8'])
    globalAgent.options.ca = []
    const options = { services: services.urls, allowUnroutable: false }
    await assert.rejects(ownAddress(options, signal), { message: /DEPTH_ZERO_SELF_SIGNED_CERT/ })
  })

  it('can be asked for again, unless the operator gave it', async () => {
    await using services = await startAddressServices(['8.8.8.8', '8.8.8.8'])
    const { ip, find } = await ownAddress({ services: services.urls, allowUnroutable: false }, signal)
    services.answers.fill('9.9.9.9')
    assert.deepEqual([ip, await find!(signal)], ['8.8.8.8', '9.9.9.9'])
  })

  it('is asked of so many services at most that a start takes 24 s if all are silent', () => {
    const isTaken = (count: number) =>
      makeNeuronSettings().safeParse({
        addressServices: Array.from({ length: count }, (_, at) => `https://${at}.example`),
      }).success
    assert.deepEqual([1, 2, 8, 9].map(isTaken), [false, true, true, false])
  })

  it('stops asking when the signal aborts', async () => {
    await using services = await startAddressServices([() => {}, () => {}])
    const controller = new AbortController()
    const found = ownAddress({ services: services.urls, allowUnroutable: false }, controller.signal)
    controller.abort(new Error('stopped'))
    await assert.rejects(found, /stopped/)
  })
})
