import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { liveMiner } from '../support/cli.ts'
import { allows, configFile, reload, serveWithoutChain, statusOf } from '../support/config-file.ts'
import { runMiner, startMiner } from '../support/miner-process.ts'
import { startModelServer, streamed } from '../support/model-server.ts'
import { alice, charlie, dave, send, signedRequest } from '../support/signed-request.ts'
import { hasTerminal, onTerminal } from '../support/terminal.ts'

const dev = ['serve', '--dev', '--axon-port', '0']

describe('the configuration file of a miner that serves', () => {
  it('is read again on SIGHUP: [policy] and log.level change, the rest is named', async () => {
    using file = configFile(allows(alice))
    await using miner = await startMiner([...serveWithoutChain, '--config', file.path, '--deny', dave.address])
    assert.deepEqual([await statusOf(miner), await statusOf(miner, charlie)], [200, 403])
    const deny = 'deny = []\n'
    file.write(
      `${allows(charlie)}${deny}rates = { "${charlie.address}" = "1/day" }\n[axon]\nqueue = 3\n[log]\nlevel = "debug"\n`,
    )
    const { level, by, changed, overridden, needsRestart, message } = await reload(miner, 'reloaded')
    assert.deepEqual(
      { level, by, changed, overridden, needsRestart },
      {
        level: 'warn',
        by: 'SIGHUP',
        changed: ['log.level', 'policy.allow', 'policy.rates'],
        overridden: ['policy.deny (--deny)'],
        needsRestart: ['axon.queue'],
      },
    )
    assert.equal(
      message,
      'in force from now on: log.level, policy.allow, policy.rates; a flag or variable overrides the file: policy.deny (--deny); needs a restart: axon.queue',
    )
    assert.equal(await statusOf(miner), 403)
    assert.deepEqual([await statusOf(miner, charlie), await statusOf(miner, charlie)], [200, 429])
    const again = await reload(miner, 'reloaded')
    assert.deepEqual([again.changed, again.needsRestart], [[], ['axon.queue']])
    assert.match(String(again.message), /^nothing changes in the policy and log\.level; /)
    // Another list makes another policy, and the counter of a rate that stays goes on in it.
    file.write(`${allows(alice, charlie)}rates = { "${charlie.address}" = "1/day" }\n`)
    assert.deepEqual((await reload(miner, 'reloaded')).changed, ['log.level', 'policy.allow'])
    assert.deepEqual([await statusOf(miner), await statusOf(miner, charlie)], [200, 429])
    assert.equal((await miner.stop()).code, 0)
  })

  it('warns of what a restart needs when the log holds warnings only', async () => {
    const quiet = '[log]\nlevel = "warn"\n'
    using file = configFile(allows(alice))
    await using miner = await startMiner([...serveWithoutChain, '--config', file.path])
    file.write(`${allows(alice)}${quiet}[axon]\nqueue = 3\n`)
    assert.equal((await reload(miner, 'reloaded')).level, 'warn')
    file.write(`${allows(charlie)}${quiet}[axon]\nqueue = 4\n`)
    const { level, changed, needsRestart } = await reload(miner, 'reloaded')
    assert.deepEqual([level, changed, needsRestart], ['warn', ['policy.allow'], ['axon.queue']])
    file.write(`${allows(charlie)}[log]\nlevel = "info"\n`)
    assert.equal((await reload(miner, 'reloaded')).level, 'info')
  })

  it('changes nothing with a mistake in it, and the log says what the start would', async () => {
    using file = configFile(allows(alice))
    await using miner = await startMiner([...serveWithoutChain, '--config', file.path])
    for (const wrong of [
      '[policy]\nallow = ["5Wrong"]\nrate = "often"\n',
      '[policy]\nallow = [\n',
      '[policy]\nallow = []\n',
      `${allows(charlie)}[axon]\nqueue = "many"\n`,
    ]) {
      file.write(wrong)
      const { level, message, hint } = await reload(miner, 'reloadRefused')
      assert.equal(level, 'warn')
      const { code, stderr } = await runMiner([...serveWithoutChain, '--config', file.path])
      assert.equal(code, 2)
      for (const line of stderr.split('\n').filter(text => text.startsWith('error: ')))
        assert.ok(String(message).includes(line.slice('error: '.length)), `${message}\nlacks\n${line}`)
      assert.ok(stderr.includes(String(hint)), stderr)
      assert.deepEqual([await statusOf(miner), await statusOf(miner, charlie)], [200, 403])
    }
    rmSync(file.path)
    assert.match(String((await reload(miner, 'reloadRefused')).message), /the configuration file does not exist/)
    assert.equal(await statusOf(miner), 200)
  })

  it('must name callers for a miner without a chain, also when it names a network for the next start', async () => {
    const network = (name: string) => `[subtensor]\nnetwork = "${name}"\n`
    using file = configFile(allows(alice) + network('none'))
    const args = serveWithoutChain.filter(word => word !== '--network' && word !== 'none')
    await using miner = await startMiner([...args, '--config', file.path])
    file.write(network('finney'))
    const { code, message } = await reload(miner, 'reloadRefused')
    assert.equal(code, 'NOBODY_ALLOWED')
    assert.match(String(message), /subtensor\.network/)
    assert.equal(await statusOf(miner), 200)
    file.write(allows(charlie) + network('finney'))
    const { changed, needsRestart } = await reload(miner, 'reloaded')
    assert.deepEqual([changed, needsRestart], [['policy.allow'], ['subtensor.network']])
  })

  it('must stay once it was taken over, also when there was none at the start', async () => {
    using file = configFile(null)
    const env = { MINER_CONFIG_DIR: file.folder }
    await using miner = await startMiner([...serveWithoutChain, '--allow', alice.address], { env })
    file.write(`[policy.rates]\n${alice.address} = "1/day"\n`)
    assert.deepEqual((await reload(miner, 'reloaded')).changed, ['policy.rates'])
    assert.deepEqual([await statusOf(miner), await statusOf(miner)], [200, 429])
    rmSync(file.path)
    assert.match(String((await reload(miner, 'reloadRefused')).message), /the configuration file does not exist/)
    file.write('# being written\n')
    assert.match(String((await reload(miner, 'reloadRefused')).message), /the configuration file was emptied/)
    assert.equal(await statusOf(miner), 429)
    file.write('[policy]\n')
    assert.deepEqual((await reload(miner, 'reloaded')).changed, ['policy.rates'])
  })

  it('cannot be watched where there is none, and is not read under --dev', async () => {
    const none = await runMiner([...serveWithoutChain, '--allow', alice.address, '--watch-config'])
    assert.equal(none.code, 2)
    assert.match(none.stderr, /--watch-config has nothing to watch: there is no configuration file/)
    const both = await runMiner([...dev, '--use', 'echo', '--watch-config'])
    assert.equal(both.code, 2)
    assert.match(both.stderr, /--dev and --watch-config do not go together/)
    using file = configFile('')
    await using miner = await startMiner([...dev, '--use', 'echo', '--config', file.path])
    file.write(`[policy]\ndeny = ["${alice.address}"]\n`)
    assert.match(String((await reload(miner, 'notReloaded')).message), /--dev/)
    assert.equal(await statusOf(miner), 200)
  })

  it('is read again after a SIGHUP that comes before the wallet is open', async () => {
    using file = configFile(allows(alice))
    await using run = liveMiner([...serveWithoutChain.with(-1, 'locked'), '--config', file.path], {
      env: { MINER_WALLET_PASSWORD: 'correct horse battery' },
    })
    await run.says('"decrypting"')
    run.child.kill('SIGHUP')
    await run.says('"reloaded"')
    run.child.kill('SIGTERM')
    assert.equal((await run.ended).code, 0)
  })

  it('is read after a SIGHUP that comes while the modules load', async () => {
    using file = configFile(allows(alice))
    // Node runs this first. It sends the signal when the program imports its main module.
    const preload = `
      import { registerHooks } from 'node:module'
      registerHooks({
        resolve(specifier, context, next) {
          if (specifier.endsWith('dist/program/cli/main.js')) process.kill(process.pid, 'SIGHUP')
          return next(specifier, context)
        },
      })`
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(preload)}` }
    await using run = liveMiner([...serveWithoutChain, '--config', file.path], { env })
    await run.says('"serving"')
    run.child.kill('SIGTERM')
    assert.equal((await run.ended).code, 0)
  })

  it('is of no concern to the SIGHUP of a terminal that closes: the miner drains', async function () {
    if (!hasTerminal()) this.skip()
    const gate = Promise.withResolvers<void>()
    await using model = await startModelServer(async (...asked) => {
      await gate.promise
      await streamed(['late'])(...asked)
    })
    await using run = onTerminal([...dev, '--base-url', model.url, '--log-format', 'json'])
    await run.says('"serving"')
    const [, url = ''] = /"url":"(\S+?)"/.exec(run.said.stdout) ?? []
    const asked = send(url, signedRequest())
    await model.arrived(0)
    run.child.kill('SIGHUP')
    await run.says('"draining"')
    run.child.kill('SIGHUP')
    gate.resolve()
    assert.equal((await asked).status, 200)
    assert.equal((await run.ended).code, 0)
  })
})
