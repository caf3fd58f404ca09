import assert from 'node:assert/strict'
import { hostSections, minerSection } from '#dist/app/settings.js'
import { type Setting, settingsOf } from '#dist/config/schema/setting.js'
import { flagExample } from '#dist/config/values/expected.js'
import { settingHint } from '#dist/config/values/hint.js'
import { liveMiner } from '../../support/cli.ts'
import { sdk } from '../../support/sdk.ts'

describe('the example in a hint', () => {
  it('is what a shell and every list setting take', async () => {
    const sections = [...Object.values(hostSections), minerSection(await sdk.openai())]
    const lists = sections.flatMap(section => settingsOf(section)).filter(one => one.shape.kind === 'list' && one.flag)
    assert.deepEqual(lists.map(({ path }) => path).sort(), [
      'admin.allowHost',
      'axon.trustedProxy',
      'neuron.addressServices',
      'openai.stop',
      'plugins.allow',
      'policy.allow',
      'policy.deny',
      'subtensor.endpoints',
    ])
    const example = (one: Setting) => flagExample(one, `--${one.shortFlag ?? one.flag}`)
    for (const one of lists) assert.ok(settingHint(one, { message: '' }).startsWith(`set ${example(one)}, MINER_`))

    // One of them at a time would refuse what the other allows.
    for (const left of ['policy.allow', 'policy.deny']) {
      const words = lists.filter(({ path }) => path !== left).map(example)
      const command = `"$NODE" "$MINER" config show --json ${words.join(' ')}`
      await using run = liveMiner([], { command })
      const { code, stdout, stderr } = await run.ended
      assert.deepEqual([code, stderr], [0, ''], stdout)
      const { values } = JSON.parse(stdout)
      assert.deepEqual(
        [values.axon.trustedProxy, values.neuron.addressServices, values.subtensor.endpoints, values.plugins.allow],
        [
          ['127.0.0.1', '10.0.0.0/8'],
          ['https://checkip.amazonaws.com', 'https://api.ipify.org'],
          ['wss://entrypoint-finney.opentensor.ai:443'],
          ['miner-shout'],
        ],
      )
    }
  })
})
