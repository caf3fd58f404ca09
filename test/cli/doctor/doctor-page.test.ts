import assert from 'node:assert/strict'
import { doctorJson } from '#dist/cli/doctor/doctor-json.js'
import { doctorPage } from '#dist/cli/doctor/doctor-page.js'
import type { Checked } from '#dist/doctor/check.js'

const checked: readonly Checked[] = [
  { name: 'node', ms: 1, findings: [{ verdict: 'ok', message: 'Node 24.1.0', how: 'process.versions.node' }] },
  {
    name: 'clock',
    ms: 12,
    findings: [
      {
        verdict: 'fault',
        code: 'CLOCK_OFF',
        message: 'it is slow',
        how: 'header Date of a server',
        hint: 'sudo timedatectl set-ntp true',
      },
    ],
  },
  {
    name: 'wallet',
    ms: 3,
    findings: [
      {
        verdict: 'warning',
        code: 'KEYFILE_SHARED',
        message: 'others may read\u001b it',
        how: 'its mode',
        hint: 'chmod 600 it',
      },
      { verdict: 'unknown', message: 'who knows', how: 'its mode' },
    ],
  },
]

describe('the page of miner doctor', () => {
  it('has a line a finding by part, and below those that are not ok what mends them and how they were found', () => {
    assert.equal(
      doctorPage(checked, { width: undefined, stream: null }),
      [
        'machine',
        '  ok       node           Node 24.1.0',
        '  fault    clock          it is slow',
        '                          try: sudo timedatectl set-ntp true',
        '                          found: header Date of a server',
        '',
        'wallet',
        '  warning  wallet         others may read\\u001b it',
        '                          try: chmod 600 it',
        '  unknown                 who knows',
        '                          found: its mode',
        '',
        '1 fault, 1 warning, 1 unknown, 1 ok',
      ].join('\n'),
    )
  })

  it('fits a terminal, and leaves a command whole', () => {
    const long = 'a sentence that goes on and on until it no longer fits a narrow terminal in one line'
    const one: Checked = {
      name: 'wallet',
      ms: 1,
      findings: [{ verdict: 'fault', message: long, how: long, hint: `chmod 600 ${'x'.repeat(60)}` }],
    }
    for (const [width, indent] of [
      [100, 26],
      [60, 4],
    ] as const) {
      const lines = doctorPage([one], { width, stream: null }).split('\n')
      assert.deepEqual(
        lines.filter(line => line.length > width).map(line => line.trim()),
        [`try: chmod 600 ${'x'.repeat(60)}`],
      )
      assert.ok(lines.filter(line => line.startsWith(' '.repeat(indent))).length >= 4)
    }
  })

  it('is the same as JSON, with counts', () => {
    const at = new Date('2026-11-29T12:00:00Z')
    const document = doctorJson(checked, { at, version: '1.2.3' })
    assert.deepEqual([document.at, document.version], ['2026-11-29T12:00:00.000Z', '1.2.3'])
    assert.deepEqual(document.counts, { fault: 1, warning: 1, unknown: 1, ok: 1 })
    assert.deepEqual(document.checks[1], { name: 'clock', part: 'machine', ms: 12, findings: checked[1]!.findings })
  })
})
