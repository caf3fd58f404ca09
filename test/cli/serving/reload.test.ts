import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { parse } from 'smol-toml'
import { PolicyInForce } from '#dist/app/chain/policy-in-force.js'
import { hostSections } from '#dist/app/settings.js'
import { type ReloadCause, Reloader } from '#dist/cli/serving/reload.js'
import { valuesOf } from '#dist/config/configuration.js'
import type { TypedFlag } from '#dist/config/layers/flag-layer.js'
import { loadConfiguration } from '#dist/config/load.js'
import { alice, bob } from '../../support/signed-request.ts'

const sections = [hostSections.policy, hostSections.log, hostSections.wallet]
const denies = (...hotkeys: { address: string }[]) =>
  `policy.deny = ${JSON.stringify(hotkeys.map(({ address }) => address))}\n`

/** Reads a configuration of flags, and of a file with this text, which others can read. */
async function read(text: string, flags: readonly TypedFlag[] = []) {
  const file = { path: 'config.toml', format: 'toml' as const, text: '', table: parse(text), mode: 0o644 }
  const configuration = await loadConfiguration({ sections, known: [], flags, env: {}, file, secrets: 'resolve' })
  return { configuration, layers: { argv: [], env: {}, file } }
}

/** Runs a reloader on the file with this text. */
async function running(text: string, flags: readonly TypedFlag[] = []) {
  const records: Record<string, unknown>[] = []
  const started = await read(text, flags)
  const policy = new PolicyInForce(valuesOf(started.configuration, hostSections.policy), {
    place: { hasChain: true },
    neuron: null,
  })
  let next: () => ReturnType<typeof read> = () => read(text, flags)
  let level = valuesOf(started.configuration, hostSections.log).level
  const record = (of: string) => (fields: object) => void records.push({ level: of, loggedAt: level, ...fields })
  const reloader = new Reloader({
    reread: () => next(),
    running: started,
    policy,
    setLogLevel(set) {
      level = set
    },
    log: { debug: record('debug'), info: record('info'), warn: record('warn'), error: record('error') },
  })
  return {
    policy,
    level: () => level,
    /** Reloads, and returns what is logged of it. */
    async reload(by: ReloadCause, text: string | Error) {
      next = typeof text === 'string' ? () => read(text, flags) : () => Promise.reject(text)
      reloader.request(by)
      await setImmediate()
      return records.splice(0)
    },
  }
}

describe('a reload', () => {
  const denyFlag = { path: 'policy.deny', flag: '--deny', texts: [alice.address] }

  it('says that a flag overrides what was edited in a watched file, and nothing of a comment', async () => {
    const { reload } = await running(denies(), [denyFlag])
    const [{ level, changed, overridden } = {}] = await reload('watch', denies(bob))
    assert.deepEqual([level, changed, overridden], ['warn', [], ['policy.deny (--deny)']])
    assert.deepEqual(await reload('watch', `# of today\n${denies(bob)}`), [])
    assert.equal((await reload('SIGHUP', denies(bob))).length, 1)
  })

  it('reports at the level that it leaves that the log becomes quieter, and at the new one that it becomes talkative', async () => {
    const { reload, level } = await running('log.level = "info"')
    const [quieter] = await reload('SIGHUP', 'log.level = "warn"')
    assert.deepEqual([quieter?.changed, quieter?.loggedAt, level()], [['log.level'], 'info', 'warn'])
    const [talkative] = await reload('SIGHUP', 'log.level = "debug"')
    assert.deepEqual([talkative?.changed, talkative?.loggedAt, level()], [['log.level'], 'debug', 'debug'])
  })

  it('logs the warnings that were not there before', async () => {
    const { reload } = await running('')
    const secret = 'wallet.password = "correct horse battery"'
    const warned = (records: readonly Record<string, unknown>[]) => records.map(({ event }) => event)
    assert.deepEqual(warned(await reload('SIGHUP', secret)), ['reloaded', 'configuration'])
    assert.deepEqual(warned(await reload('SIGHUP', `${secret}\n${denies(bob)}`)), ['reloaded'])
  })

  it('logs an error of the program with its stack', async () => {
    const { reload } = await running('')
    const error = new TypeError('x is not a function')
    const [refused] = await reload('SIGHUP', error)
    assert.deepEqual([refused?.level, refused?.code, refused?.error], ['error', 'UNEXPECTED', error])
    const [mistaken] = await reload('SIGHUP', 'policy.rate = "often"')
    assert.deepEqual([mistaken?.level, mistaken?.error], ['warn', undefined])
  })

  it('says that a watched file is right again after a mistake', async () => {
    const { reload } = await running(denies())
    assert.deepEqual(await reload('watch', denies()), [])
    const [refused] = await reload('watch', 'policy.rate = "often"')
    assert.equal(refused?.event, 'reloadRefused')
    const [mended] = await reload('watch', denies())
    assert.deepEqual([mended?.event, mended?.changed], ['reloaded', []])
    assert.deepEqual(await reload('watch', denies()), [])
  })
})
