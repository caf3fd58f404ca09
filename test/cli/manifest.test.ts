import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Command, Config, Plugin } from '@oclif/core'
import { allSections, servedSections } from '#dist/app/settings.js'
import { reservedFlags } from '#dist/cli/flags/setting-flags.js'
import { printed } from '../support/printed.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The manifest as `oclif manifest` makes it of the build. */
async function freshManifest(): Promise<Manifest> {
  const options = { root, type: 'core', ignoreManifest: true, errorOnManifestCreate: true, respectNoCacheDefault: true }
  const plugin = new Plugin(options)
  await plugin.load()
  return (plugin as unknown as { manifest: Manifest }).manifest // its type does not tell
}

type Cached = Command.Cached & { readonly reads?: readonly string[]; readonly usesMiner?: boolean }
type Manifest = { readonly version: string; readonly commands: Readonly<Record<string, Cached>> }

describe('oclif.manifest.json', () => {
  it('is what `npm run manifest` makes of the commands', async () => {
    const stored = JSON.parse(readFileSync(new URL('../../oclif.manifest.json', import.meta.url), 'utf8'))
    assert.deepEqual(stored, JSON.parse(JSON.stringify(await freshManifest())))
  })

  it('tells what the flags of settings are added by', async () => {
    const { commands } = await freshManifest()
    const readers = Object.values(commands).flatMap(({ id, reads, usesMiner }) =>
      reads ? [[id, reads, usesMiner]] : [],
    )
    assert.deepEqual(readers.sort(), [
      ['announce', ['subnet', 'wallet', 'axon', 'neuron', 'subtensor'], false],
      ['audit', ['subnet', 'dialect', 'wallet', 'axon', 'subtensor'], false],
      ['check', ['axon'], true],
      ['config:show', allSections, true],
      ['doctor', allSections, true],
      ['economics', ['subnet', 'wallet', 'subtensor', 'economics'], false],
      ['init', ['subnet', 'dialect', 'wallet', 'axon', 'policy', 'neuron', 'subtensor'], true],
      ['logs', ['subnet', 'wallet'], false],
      ['logs:backup', ['subnet', 'wallet'], false],
      ['logs:path', ['subnet', 'wallet'], false],
      ['logs:show', ['subnet', 'wallet'], false],
      ['metagraph', ['subnet', 'subtensor'], false],
      ['models', [], true],
      ['policy:explain', ['subnet', 'dialect', 'wallet', 'policy', 'neuron', 'subtensor'], false],
      ['prompt', [], true],
      ['query', ['subnet', 'dialect', 'wallet'], false],
      ['replay', ['subnet', 'wallet', 'prices'], true],
      ['serve', servedSections, true],
      ['service:compose', servedSections, true],
      ['service:docker', servedSections, true],
      ['service:systemd', servedSections, true],
      ['status', ['subnet', 'wallet', 'axon', 'policy', 'neuron', 'subtensor'], false],
      ['top', ['admin'], false],
    ])
  })

  it('has no flag of a command that a miner could take for itself', async () => {
    const { commands } = await freshManifest()
    // Those for plugins, and help, read no settings; the others use no miner, see setting-flags.ts.
    const without = ['announce', 'audit', 'config:init', 'economics', 'help', 'logs', 'metagraph', 'status', 'top']
    const others = Object.values(commands).filter(({ id }) => !/^(plugins|logs:)/.test(id) && !without.includes(id))
    const flags = others.flatMap(command =>
      Object.values(command.flags).flatMap(({ name, char }) => (char ? [name, `-${char}`] : [name])),
    )
    const reserved = reservedFlags()
    assert.deepEqual(
      flags.filter(name => !reserved.has(name)),
      [],
    )
  })

  for (const args of [
    ['--help'],
    ['serve', '--help'],
    ['help', 'prompt'],
    ['query', '--help'],
    ['config', 'show', '--help'],
  ])
    it(`makes no difference to miner ${args.join(' ')}`, async () => {
      const help = await printed(args, { options: { root } })
      assert.match(help, /USAGE/)
      assert.equal(await printed(args, { options: { root, ignoreManifest: true } }), help)
    })

  it('is used by the program', async () => {
    const config = await Config.load({ root })
    assert.equal(config.plugins.get('bittensor-miner')?.hasManifest, true)
  })
})
