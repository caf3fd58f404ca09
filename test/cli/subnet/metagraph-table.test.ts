import assert from 'node:assert/strict'
import { decimalAmount, shownAmount } from '#dist/cli/subnet/amount.js'
import { chooseNeurons, sortKeys } from '#dist/cli/subnet/choose-neurons.js'
import { metagraphJson } from '#dist/cli/subnet/metagraph-json.js'
import { metagraphHead, metagraphTable } from '#dist/cli/subnet/metagraph-table.js'
import { neuronRecord } from '#dist/cli/subnet/neuron-record.js'
import { printedColumns } from '#dist/text/fill.js'
import { variedMetagraph } from './varied-metagraph.ts'

describe('the table of miner metagraph', () => {
  const metagraph = variedMetagraph(1_024)
  const { neurons, block } = metagraph
  const table = (width?: number, count = neurons.length) => metagraphTable(neurons.slice(0, count), { block, width })

  for (const [width, hidden] of [
    [40, ['alpha', 'tao', 'trust', 'incentive', 'emission', 'axon', 'updated']],
    [80, ['alpha', 'tao', 'emission', 'updated']],
    [120, ['tao']],
    [160, []],
    [200, []],
  ] as const)
    it(`has one line a neuron on ${width} columns, without ${hidden.join(', ') || 'leaving out anything'}`, () => {
      const { text, hidden: left } = table(width)
      const lines = text.split('\n')
      assert.equal(lines.length, 1_025)
      assert.ok(lines.every(line => printedColumns(line) <= width))
      assert.deepEqual(left, hidden)
    })

  it('is whole elsewhere: no column hidden, no hotkey shortened, and no space in a cell', () => {
    const lines = table(undefined, 3).text.split('\n')
    assert.deepEqual(lines, [
      'UID  HOTKEY                                               STAKE     ALPHA     TAO  PERMIT    TRUST  INCENTIVE  EMISSION  AXON            UPDATED',
      `  0  ${neurons[0]!.hotkey}         0         0       0  yes           0          0         0  –                    0s`,
      `  1  ${neurons[1]!.hotkey}  1,234.56    617.28  411.52  –       0.00024    0.00002    0.0010  203.0.0.1:8001     2min`,
      `  2  ${neurons[2]!.hotkey}  2,469.13  1,234.56  823.04  –       0.00049    0.00003    0.0020  203.0.0.2:8002     4min`,
    ])
  })

  it('has a head', () => {
    assert.equal(
      metagraphHead(metagraph, metagraph.blockAt + 8_000),
      'subnet 1 at block 9,286,202, 8 s old: 1,024 neurons, 64 validators',
    )
  })

  it('sorts by each column, the highest first, and equal ones by uid', () => {
    for (const sort of sortKeys) {
      const uids = chooseNeurons(metagraph, { sort, limit: 3, validators: false }).map(({ uid }) => uid)
      assert.deepEqual(uids, sort === 'uid' || sort === 'updated' ? [0, 1, 2] : [1023, 1022, 1021], sort)
    }
    const validators = chooseNeurons(metagraph, { sort: 'stake', limit: undefined, validators: true })
    assert.equal(validators.length, 64)
    assert.ok(validators.every(({ hasPermit }) => hasPermit))
    const even = variedMetagraph(3, { 0: { stakeRao: 5n }, 1: { stakeRao: 5n }, 2: { stakeRao: 9n } })
    assert.deepEqual(
      chooseNeurons(even, { sort: 'stake', limit: undefined, validators: false }).map(({ uid }) => uid),
      [2, 0, 1],
    )
  })

  it('puts unknown values last, and shows them as –', () => {
    const some = variedMetagraph(2, { 1: { alphaRao: null, taoRao: null, trust: null } })
    for (const sort of ['alpha', 'tao', 'trust'] as const)
      assert.equal(chooseNeurons(some, { sort, limit: 1, validators: false })[0]!.uid, 0)
    assert.match(metagraphTable(some.neurons, { block, width: undefined }).text, /1,234\.56 +– +– +– /)
  })

  it('shows all of one neuron', () => {
    const record = neuronRecord(neurons[7]!, metagraph, 80)
    assert.match(record, /^ {2}axon {13}\[2001:db8::7\]:8007, announced at block 9,200,007, 11 d ago$/m)
    assert.match(record, /^ {2}stake {12}8,641\.97 \(4,320\.98 alpha, 2,880\.65 TAO\)$/m)
  })

  it('gives amounts exactly as JSON', () => {
    const document = JSON.parse(JSON.stringify(metagraphJson(metagraph, neurons.slice(0, 2))))
    assert.deepEqual([document.neuronCount, document.validatorCount, document.neurons.length], [1_024, 64, 2])
    const { stake, alpha, tao, emission, permit, axon } = document.neurons[1]
    assert.deepEqual(
      [stake, alpha, tao, emission, permit],
      ['1234.567890123', '617.283945061', '411.522630041', '0.001000001', false],
    )
    assert.equal(axon.ip, '203.0.0.1')
  })
})

describe('amounts', () => {
  for (const [rao, exact, shown] of [
    [0n, '0', '0'],
    [1n, '0.000000001', '0.00'],
    [1_000_000_000n, '1', '1.00'],
    [21_000_000_999_999_999n, '21000000.999999999', '21,000,000.99'],
    [2n ** 64n - 1n, '18446744073.709551615', '18,446,744,073.70'],
  ] as const)
    it(`of ${rao} RAO are ${exact}, and ${shown} for people`, () => {
      assert.equal(decimalAmount(rao), exact)
      assert.equal(shownAmount(rao), shown)
    })
})
