import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { startChainNode } from '../../support/chain/start-chain-node.ts'
import { subnetOf } from '../../support/chain/subnet-of.ts'
import { type MinerProcess, runMiner, startMiner } from '../../support/miner-process.ts'
import { said, startModelServer } from '../../support/model-server.ts'
import { alice, bob } from '../../support/signed-request.ts'
import { openPage } from './open-page.ts'
import { whenLive } from './shown.ts'

const validator = { hotkey: alice.address, hasPermit: true }

describe('the dashboard of a miner that serves', () => {
  it('says how to ask it, and shows the question that comes of it', async () => {
    await using miner = await startMiner(['serve', '--dev', '--use', 'echo', '--axon-port', '0', '--admin-port', '0'])
    await using opened = await openPage(await adminAddress(miner), { expected: /status of 401/ })
    const { page } = opened
    await whenLive(page)
    assert.equal(new URL(page.url()).hash, '')
    assert.match(await page.locator('#identity').innerText(), /^echo/)

    const command = await page.locator('#validators code').innerText()
    const [, flags = '', question = ''] = /^miner (query .*) "(.*)"$/.exec(command) ?? []
    const { code } = await runMiner([...flags.split(' '), question])
    assert.equal(code, 0)

    const row = page.locator('#requests tbody tr')
    await row.filter({ hasText: 'answered' }).waitFor()
    await page.locator('#validators tbody', { hasText: alice.address.slice(0, 6) }).waitFor()
    assert.equal(await page.locator('#validators code').isVisible(), false)
    await row.click()
    assert.ok((await page.locator('#drawer-body').innerText()).includes(alice.address))
    assert.deepEqual(await page.locator('.waterfall tbody th').allInnerTexts(), [
      'Claim',
      'Verify',
      'Queue',
      'First token',
      'Done',
    ])
    await page.keyboard.press('Escape')

    const refused = await fetch(`${miner.url}/TextPrompting`, { method: 'POST', body: '{}' })
    assert.equal(refused.ok, false)
    await page.locator('#reasons-of-strangers', { hasText: String(refused.status) }).waitFor()
    await page
      .locator(
        '#figures > [title="Not counted, because no signature proved them, since the start: 0 that name a validator, 1 of strangers"]',
      )
      .waitFor()
  })

  it('shows what the chain and the endpoint of a miner tell', async () => {
    await using model = await startModelServer(said('Hello'))
    await using chain = await startChainNode({ subnets: [subnetOf([{ hotkey: bob.address }, validator])] })
    await using miner = await startMiner(
      ['serve', '--axon-port', '0', '--admin-port', '0', '--axon-host', '127.0.0.1'],
      {
        env: {
          OPENAI_BASE_URL: model.url,
          MINER_SUBTENSOR_NETWORK: chain.url,
          MINER_AXON_EXTERNAL_IP: '203.0.113.7',
          MINER_WALLET_PATH: 'test/fixtures/wallets',
          MINER_WALLET_NAME: 'plain',
        },
      },
    )
    await using opened = await openPage(await adminAddress(miner), { expected: /status of 401/ })
    const { page } = opened
    await whenLive(page)
    await page.locator('#chain', { hasText: /Registered\s*yes, uid 0/ }).waitFor()
    await page.locator('#chain', { hasText: /Chain shows\s*203\.0\.113\.7:/ }).waitFor()
    assert.match(await page.locator('#identity').innerText(), /^openai/)
    const { code } = await runMiner(['query', '--dev', '--url', miner.url, 'What is TAO?'])
    assert.equal(code, 0)
    const row = page.locator('#validators tbody tr')
    await row.filter({ hasText: alice.address.slice(0, 6) }).waitFor()
    assert.deepEqual((await row.locator('td').allInnerTexts()).slice(0, 3), ['1', '0.00 τ', 'yes'])
    await page.locator('#endpoints', { hasText: /asked\s*1 of 1 key ready/ }).waitFor()
    await page.locator('#requests tbody tr').click()
    await page.locator('.attempts tbody tr', { hasText: 'answered' }).waitFor()
  })

  it('says so when the miner has ended', async () => {
    await using miner = await startMiner(['serve', '--dev', '--use', 'echo', '--axon-port', '0', '--admin-port', '0'])
    await using opened = await openPage(await adminAddress(miner), { expected: /status of 401|ERR_/ })
    const { page } = opened
    await whenLive(page)
    assert.equal((await miner.stop()).code, 0)
    await page.locator('#broken-text', { hasText: 'The connection to the miner broke' }).waitFor()
  })
})

/** The address of the admin port, with the token that the miner has made. */
async function adminAddress(miner: MinerProcess): Promise<string> {
  const opened = miner.records.find(({ event }) => event === 'adminOpened') ?? (await miner.next('adminOpened'))
  const token = await readFile(String(opened.tokenFile), 'utf8')
  return `${opened.url}/#token=${token.trim()}`
}
