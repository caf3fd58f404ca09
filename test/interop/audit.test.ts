import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { developmentKeys } from '#dist/keys/development-keys.js'
import { readAddress } from '#dist/wallet/read-address.js'
import { spawnMiner, startMiner } from '../support/miner-process.ts'
import { sdkVersions, startPythonAxon } from '../support/python.ts'

const [alice, bob] = developmentKeys
const wallets = fileURLToPath(new URL('../fixtures/wallets', import.meta.url))

type Row = { readonly id: string; readonly verdict: string; readonly found: string; readonly mend: string }
type Audited = {
  readonly caller: string
  readonly receiver: string
  readonly isLetIn: boolean
  readonly attacks: readonly Row[]
}

/** The real program, which is given as long as its slowest attacks take. */
async function audit(...args: string[]) {
  const { code, stdout, stderr } = await spawnMiner(['audit', '--json', ...args], { timeoutMs: 300_000 })
  assert.notEqual(stdout, '', stderr)
  return { code, stderr, ...(JSON.parse(stdout) as Audited) }
}

const idsOf = ({ attacks }: Audited, verdict: string) =>
  attacks.filter(row => row.verdict === verdict).map(({ id }) => id)

/** What the axons of these versions are known to let through. */
const known = [
  'other-prefix',
  'future',
  'timeout-stretching',
  'version-downgrade',
  'other-caller-in-body',
  'duplicate-headers',
  'signing-oracle',
  'oversized-body',
  'slow-headers',
  'slow-body',
]

const fallen: Readonly<Record<(typeof sdkVersions)[number], readonly string[]>> = {
  '7.4.0': known,
  // Since 9.3.0 a signature may be absent.
  '10.4.1': ['no-signature', 'empty-signature', ...known],
}

/** How these end for an axon of the SDK depends on how fast the machine is. */
const ofLoad: readonly string[] = ['many-connections', 'unsigned-flood']

describe('miner audit', function () {
  this.timeout(330_000)

  for (const version of sdkVersions)
    it(`finds what is known to be wrong with the axon of SDK ${version}, and no more`, async () => {
      await using axon = await startPythonAxon(version)
      const audited = await audit('--dev', '--url', axon.url)
      const fell = idsOf(audited, 'fell').filter(id => !ofLoad.includes(id))
      assert.deepEqual(fell, fallen[version], JSON.stringify(audited.attacks, null, 1))
      assert.deepEqual(idsOf(audited, 'unprotected'), ['unhashed-field-swapped'])
      assert.deepEqual(idsOf(audited, 'not tried'), [], JSON.stringify(audited.attacks, null, 1))
      assert.equal(audited.code, 1)
    })

  it('finds nothing wrong with miner serve', async () => {
    await using miner = await startMiner(['serve', '--dev', '--use', 'echo', '--axon-port', '0'])
    const audited = await audit('--dev', '--url', miner.url)
    const wrong = audited.attacks.filter(({ verdict }) => verdict !== 'held')
    assert.deepEqual(
      wrong.map(({ id, verdict }) => `${id} ${verdict}`),
      ['unhashed-field-swapped unprotected'],
      JSON.stringify(audited.attacks, null, 1),
    )
    assert.deepEqual([audited.code, audited.stderr, audited.isLetIn], [0, '', true])
    assert.deepEqual([audited.caller, audited.receiver], [alice.address, bob.address])
  })

  it('finds nothing wrong with miner serve, asked by a hotkey of this machine in another dialect, with --legacy-nonces', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'miner-audit-'))
    const file = join(folder, 'haiku.toml')
    writeFileSync(file, HAIKU)
    const own = ['--wallet-path', wallets, '--wallet-name', 'plain', '--dialect-file', file]
    const { address } = await readAddress({ path: wallets, name: 'phrase', hotkey: 'default' })
    const args = ['serve', '--use', 'echo', '--network', 'none', '--axon-host', '127.0.0.1', '--axon-port', '0', ...own]
    await using miner = await startMiner([...args, '--allow', address!, '--legacy-nonces'])
    const audited = await audit('--as', 'phrase/default', '--url', miner.url, ...own)
    const wrong = audited.attacks.filter(({ verdict }) => verdict !== 'held')
    assert.deepEqual(
      wrong.map(({ id, verdict, found }) => [id, verdict, found]),
      [['unhashed-field-swapped', 'unprotected', 'answered although `season` was changed']],
    )
    assert.deepEqual([audited.code, audited.isLetIn, audited.caller], [0, true, address])
    rmSync(folder, { recursive: true })
  })
})

const HAIKU = `
name = "haiku"

[synapses.Haiku]
hashed = ["topic", "lines", "heat"]
prompt = "Write {lines} lines about {topic}."
answer = "haiku"

[synapses.Haiku.fields]
topic = "str"
season = "str = 'autumn'"
lines = "int = 3"
heat = "float = 1"
haiku = "str = ''"
`
