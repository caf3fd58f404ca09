import assert from 'node:assert/strict'
import { canonicalIp, whyUnroutable } from '#dist/neuron/address/routable.js'

/** IANA's special-purpose registries of 2026, an address of each block, and blocks that are not assigned. */
const unroutable = [
  // IPv4
  ['0.0.0.0', '0.1.2.3'], // this network
  ['10.0.0.1', '172.16.0.1', '172.31.255.254', '192.168.1.1'], // private
  ['100.64.0.1', '100.127.255.254'], // CGNAT
  ['127.0.0.1', '127.255.0.1'], // loopback
  ['169.254.10.10'], // link-local
  ['192.0.0.1', '192.0.0.8', '192.0.0.170'], // protocol assignments
  ['192.0.2.1', '198.51.100.7', '203.0.113.9'], // documentation
  ['192.31.196.1', '192.175.48.1'], // AS112
  ['192.52.193.1'], // AMT
  ['192.88.99.1', '192.88.99.2'], // 6to4 relay
  ['198.18.0.1', '198.19.255.254'], // benchmark
  ['224.0.0.1', '239.255.255.255'], // multicast
  ['240.0.0.1', '255.255.255.254', '255.255.255.255'], // reserved, broadcast
  // IPv6
  ['::', '::1'],
  ['::ffff:8.8.8.8', '::ffff:10.0.0.1'], // v4-mapped
  ['::8.8.8.8', '::1234'], // v4-compatible, deprecated
  ['64:ff9b::808:808', '64:ff9b:1::1'], // NAT64
  ['::ffff:0:808:808'], // SIIT
  ['100::1', '100:0:0:1::1'], // discard, dummy
  ['2001::1', '2001:1::1', '2001:2::1', '2001:3::1', '2001:4:112::1', '2001:10::1', '2001:20::1', '2001:30::1'],
  ['2001:1ff:ffff::1'], // the end of 2001::/23
  ['2001:db8::1', '3fff::1'], // documentation
  ['2002:808:808::1'], // 6to4
  ['2620:4f:8000::1'], // AS112
  ['5f00::1'], // SRv6
  ['fc00::1', 'fd12:3456::1'], // unique local
  ['fe80::1', 'fec0::1'], // link-local, site-local
  ['ff02::1'], // multicast
  ['4000::1', '8000::1', '200::1', '3ffe::1'], // not assigned
  // no addresses, or ones that read differently elsewhere
  [
    '',
    'localhost',
    '8.8.8',
    '010.1.1.1',
    '0x8.8.8.8',
    '134744072',
    '8.8.8.8:80',
    ' 8.8.8.8',
    'fe80::1%eth0',
    '2600::%1',
  ],
].flat()

const routable = [
  ['8.8.8.8', '1.1.1.1', '99.255.255.255', '100.63.255.255', '100.128.0.1', '126.255.255.255', '128.0.0.1'],
  ['11.0.0.1', '172.15.255.255', '172.32.0.1', '192.167.1.1', '192.169.1.1', '192.0.1.1', '198.17.1.1', '198.20.0.1'],
  ['203.0.112.1', '203.0.114.1', '223.255.255.254', '169.253.1.1', '169.255.1.1'],
  ['2600::1', '2a00:1450:4001:82a::200e', '2001:4860:4860::8888', '2001:200::1', '2400:cb00::1'],
].flat()

describe('a routable address', () => {
  for (const ip of unroutable) it(`is not ${JSON.stringify(ip)}`, () => assert.ok(whyUnroutable(ip)))

  for (const ip of routable) it(`is ${ip}`, () => assert.equal(whyUnroutable(ip), undefined))

  it('has one spelling', () => {
    assert.equal(canonicalIp('2A00:1450:4001:082A:0:0:0:200E'), '2a00:1450:4001:82a::200e')
    assert.equal(canonicalIp('8.8.8.8'), '8.8.8.8')
    assert.equal(canonicalIp('no address'), 'no address')
  })
})
