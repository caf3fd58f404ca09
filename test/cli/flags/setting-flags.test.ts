import assert from 'node:assert/strict'
import { settingFlags, typedSettings } from '#dist/cli/flags/setting-flags.js'
import type { Section } from '#dist/config/schema/section.js'
import { sdk } from '../../support/sdk.ts'

const { z } = sdk

function minerWith(...keys: string[]): Section {
  const settings = z.object(Object.fromEntries(keys.map(key => [key, z.string().optional()])))
  return { name: 'shout', title: 'shout miner', of: 'miner', settings }
}

describe('flags of settings', () => {
  it('are plain for a miner, and prefixed always', () => {
    const { descriptions } = settingFlags([minerWith('markText')])
    assert.equal(descriptions[0]?.name, 'mark-text')
    assert.ok(descriptions[0]?.aliases.includes('shout-mark-text'))
  })

  // `--queue` is a flag of `serve` only; on `prompt` it must not become the miner's.
  for (const key of ['queue', 'axonPort', 'policyAllow', 'url', 'messages', 'stream', 'json', 'use', 'logLevel']) {
    it(`are prefixed only where a command of the host owns the name: ${key}`, () => {
      const { descriptions } = settingFlags([minerWith(key)])
      assert.match(descriptions[0]!.name, /^shout-/)
    })
  }

  it('are described without what drives a terminal', () => {
    const settings = z.object({ mark: z.string().optional().describe('red: \u001b[31m') })
    const { flags } = settingFlags([{ ...minerWith(), settings }])
    assert.match(flags.mark!.description!, /^red: \\u001b\[31m /)
  })

  it('take text without default or check', () => {
    const { flags } = settingFlags([minerWith('mark')])
    const {
      default: byDefault,
      env,
      required,
      type,
    } = flags.mark as { default?: unknown; env?: string; required?: boolean; type: string }
    assert.deepEqual(
      { byDefault, env, required, type },
      { byDefault: undefined, env: undefined, required: undefined, type: 'option' },
    )
  })

  it('keep the spelling that was typed', () => {
    const { descriptions } = settingFlags([minerWith('markText')])
    const typed = (argv: string[]) => typedSettings(descriptions, { 'mark-text': 'x' }, argv)
    assert.deepEqual(typed(['--shout.mark_text', 'x']), [
      { path: 'shout.markText', flag: '--shout.mark_text', texts: ['x'] },
    ])
    assert.deepEqual(typed(['--mark-text=x']), [{ path: 'shout.markText', flag: '--mark-text', texts: ['x'] }])
    assert.deepEqual(typedSettings(descriptions, {}, []), [])
  })

  it('keep the letter that was typed', () => {
    const settings = z.object({ mark: z.string().optional().meta({ short: 'm' }) })
    const { descriptions } = settingFlags([{ ...minerWith(), settings }])
    for (const [argv, flag] of [
      [['-m', 'x'], '-m'],
      [['-mx'], '-m'],
      [['--mark', 'x'], '--mark'],
    ] as const)
      assert.equal(typedSettings(descriptions, { mark: 'x' }, argv)[0]!.flag, flag)
  })
})
