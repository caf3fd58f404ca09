import assert from 'node:assert/strict'
import { openPage } from './open-page.ts'
import { addressOf, busy, whenLive } from './shown.ts'
import { startPageServer } from './start-page-server.ts'

/** What the browser's console says of connections that a test ends. */
const broken = /ERR_(EMPTY_RESPONSE|CONNECTION|INCOMPLETE|SOCKET)/

describe('the dashboard, while its stream is broken', () => {
  it('says since when, and shows no value as if it were of now; then it shows all that it missed', async () => {
    await using server = await startPageServer(busy())
    await using opened = await openPage(addressOf(server), { expected: broken })
    const { page } = opened
    await whenLive(page)
    server.break()
    await page.locator('#connection', { hasText: 'Not connected' }).waitFor()
    assert.match(
      await page.locator('#broken-text').innerText(),
      /^The connection to the miner broke at \d\d:\d\d:\d\d\. All figures are of then\. /,
    )
    // Once points should have come: the legend has the newest values, of which there are none.
    await page.locator('#charts .chart').first().filter({ hasText: 'answered –' }).waitFor()
    const [missed] = busy({ requests: 1 }).requests!
    server.show({ requests: [{ ...missed!, id: 'meanwhile', synapse: 'Meanwhile' }, ...server.shown.requests!] })
    server.mend()
    await page.getByRole('button', { name: 'Retry now' }).click()
    await page.locator('#connection', { hasText: 'Live' }).waitFor()
    assert.equal(await page.locator('#broken').isVisible(), false)
    await page.locator('#requests tbody', { hasText: 'Meanwhile' }).waitFor()
    await page
      .locator('#charts .chart')
      .first()
      .filter({ hasText: /answered \d/ })
      .waitFor()
  })

  it('says why it could not connect at first', async () => {
    const cases = [
      ['data', 503, 'The miner is starting: its axon is not open yet.'],
      ['data', 429, 'Too many wrong tokens came from this address in the last minute.'],
      ['data', 500, 'The miner replied 500.'],
      ['events', 503, 'it has at most 16 readers at once.'],
    ] as const
    await using server = await startPageServer(busy())
    for (const [what, status, reason] of cases) {
      server.refuse(what, status)
      await using opened = await openPage(addressOf(server), { expected: /status of (503|429|500)/ })
      const { page } = opened
      await page.locator('#broken-text', { hasText: 'This page is not connected to the miner.' }).waitFor()
      assert.ok((await page.locator('#broken-text').innerText()).includes(reason), reason)
      server.mend()
      await whenLive(page)
    }
  })

  it('connects again by itself, also when the miner accepts a connection and says nothing', async () => {
    await using server = await startPageServer(busy())
    await using opened = await openPage(addressOf(server), { expected: broken })
    const { page } = opened
    await whenLive(page)
    server.fallSilent()
    await page.locator('#connection', { hasText: 'Not connected' }).waitFor()
    server.mend()
    await page.locator('#connection', { hasText: 'Live' }).waitFor()
    assert.equal(server.streams, 1)
  })
})
