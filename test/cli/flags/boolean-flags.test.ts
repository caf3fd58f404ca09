import assert from 'node:assert/strict'
import { expandBooleanFlags } from '#dist/cli/flags/boolean-flags.js'
import { settingFlags } from '#dist/cli/flags/setting-flags.js'
import { sdk } from '../../support/sdk.ts'

const { z } = sdk
const settings = z.object({ loud: z.boolean().default(false).meta({ short: 'l' }), mark: z.string().optional() })
const { descriptions } = settingFlags([{ name: 'shout', title: 'shout miner', of: 'miner', settings }])
const spell = (line: string) => expandBooleanFlags(line.split(' '), descriptions).join(' ')

describe('flags of truths', () => {
  for (const [typed, spelled] of [
    ['--loud', '--loud=true'],
    ['--no-loud', '--loud=false'],
    ['--loud hi', '--loud=true hi'],
    ['--loud --mark x', '--loud=true --mark x'],
    ['--loud off hi', '--loud=off hi'],
    ['--loud=no', '--loud=no'],
    ['--loud=', '--loud='],
    ['--shout-loud', '--shout-loud=true'],
    ['--no-shout.loud', '--shout.loud=false'],
    ['-l', '--loud=true'],
    ['-l hi', '--loud=true hi'],
    ['-l off', '--loud=off'],
    ['-x', '-x'],
    ['hi -- -l', 'hi -- -l'],
    ['--mark --loud', '--mark --loud=true'],
    ['--no-mark', '--no-mark'],
    ['hi -- --loud', 'hi -- --loud'],
  ]) {
    it(`${typed} means ${spelled}`, () => assert.equal(spell(typed!), spelled))
  }
})
