import assert from 'node:assert/strict'
import { axon, openai, top } from '../example-sections.ts'
import { complaints, problemsOf, read } from '../reading.ts'

describe('environmentLayer', () => {
  it('refuses an unknown MINER_ variable, and suggests the closest', async () => {
    const env = { MINER_OPENAI_MODLE: 'x', MINER_OPENAI_A: 'x', MINER_NETUIT: 'x', MINER_ZEBRA: 'x', MINER_: 'x' }
    const unset = 'unset it, or see the settings with miner config show'
    const ofNobody = 'unset it, or install the plugin whose miner it configures: miner plugins:install PACKAGE'
    assert.deepEqual(
      (await problemsOf({ env })).map(({ message, hint }) => [message, hint]),
      [
        ['MINER_OPENAI_MODLE is not a setting', 'use MINER_OPENAI_MODEL'],
        ['MINER_OPENAI_A is not a setting', unset],
        ['MINER_NETUIT is not a setting', 'use MINER_NETUID'],
        ['MINER_ZEBRA is not a setting', ofNobody],
        ['MINER_ is not a setting', ofNobody],
      ],
    )
  })

  it('drops line ends at the end of a variable, also of one that a secret refers to', async () => {
    const { values } = await read({
      env: {
        MINER_OPENAI_MODEL: 'gpt-4\r\n',
        MINER_OPENAI_API: 'chat\r',
        MINER_LOG_LEVEL: '\r\n',
        MINER_OPENAI_API_KEY: 'env:THE_KEY\r',
        THE_KEY: 'sk-1\r\n',
      },
    })
    const { model, api, apiKey } = values.openai as Record<string, unknown>
    assert.deepEqual([model, api, apiKey], ['gpt-4', 'chat', 'sk-1'])
    assert.deepEqual(values.log, (await read()).values.log)
  })

  it('ignores variables of other programs', async () => {
    const names =
      'CONFIG_DIR DATA_DIR CACHE_DIR BINPATH NPM_REGISTRY NPM_LOG_LEVEL S3_BUCKET DISABLE_THEME DEBUG CONTENT_TYPE'
    const kubernetes = 'SERVICE_HOST SERVICE_PORT PORT PORT_8091_TCP PORT_8091_TCP_ADDR'
    const all = `${names} ${kubernetes}`.split(' ').map(name => [`MINER_${name}`, 'x'])
    await read({ env: { ...Object.fromEntries(all), PATH: '/bin', miner_x: 'x', MINER_UNSET: '' } })
  })

  it('does not ignore every variable with a similar name', async () => {
    assert.deepEqual(await complaints({ env: { MINER_PORTS: '1', MINER_DEBUGGER: '1', MINER_SERVICES: '1' } }), [
      'MINER_PORTS is not a setting',
      'MINER_DEBUGGER is not a setting',
      'MINER_SERVICES is not a setting',
    ])
  })

  it('ignores sections that are known but not read', async () => {
    const env = {
      MINER_AXON_PORT: 'nonsense',
      MINER_AXON_PROT: '1',
      MINER_SHOUT_LOUD_MARK: '1',
      MINER_NETUID: 'x',
      BT_AXON_PORT: 'x',
    }
    const known = [top, axon, { name: 'shout-loud' }]
    await read({ sections: [openai], known, env })
    assert.deepEqual(await complaints({ sections: [openai], known, env: { MINER_NETUIT: '1' } }), [
      'MINER_NETUIT is not a setting',
    ])
  })
})
