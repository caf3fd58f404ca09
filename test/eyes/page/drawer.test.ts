import assert from 'node:assert/strict'
import type { RequestEntry } from '../../../src/admin/api.ts'
import { openPage } from './open-page.ts'
import { addressOf, busy, someRequests, whenLive } from './shown.ts'
import { startPageServer } from './start-page-server.ts'

const answered: RequestEntry = {
  ...someRequests(1, 0)[0]!,
  id: 'answered',
  at: Date.now(),
  outcome: 'answered',
  status: 200,
  ms: 1_000,
  times: { claimed: 2, verified: 10, placed: 110, firstToken: 400, done: 1_000 },
}
const { firstToken: _, placed: __, ...earlyTimes } = answered.times
const refused: RequestEntry = {
  ...answered,
  id: 'refused',
  outcome: 'refused',
  status: 429,
  code: 'RATE_EXCEEDED',
  reason: 'Too many requests: at most 30/min',
  times: { ...earlyTimes, done: 11 },
}

describe('the drawer of the dashboard', () => {
  it('shows the life of a request as a waterfall', async () => {
    await using server = await startPageServer({ ...busy(), requests: [answered] })
    await using opened = await openPage(addressOf(server))
    const { page } = opened
    await whenLive(page)
    await page.locator('#requests tbody tr').click()
    const rows = page.locator('.waterfall tbody tr')
    const texts = await rows.allInnerTexts()
    assert.deepEqual(
      texts.map(text => text.replaceAll(/\s*\t\s*/g, ' ')),
      [
        'Claim 2 ms 2 ms',
        'Verify 8 ms 10 ms',
        'Queue 100 ms 110 ms',
        'First token 290 ms 400 ms',
        'Done 600 ms 1.00 s',
      ],
    )
    const bars = await page.locator('.waterfall .bar').evaluateAll(all =>
      (all as HTMLElement[]).map(bar => {
        const track = bar.parentElement!.getBoundingClientRect()
        const { left, width } = bar.getBoundingClientRect()
        return [(left - track.left) / track.width, width / track.width].map(share => Math.round(share * 100))
      }),
    )
    assert.deepEqual(bars.slice(2), [
      [1, 10],
      [11, 29],
      [40, 60],
    ])
  })

  it('shows a refused request as far as it got, and why', async () => {
    await using server = await startPageServer({ ...busy(), requests: [refused] })
    await using opened = await openPage(addressOf(server))
    const { page } = opened
    await whenLive(page)
    await page.locator('#requests tbody tr').click()
    const stages = await page.locator('.waterfall tbody th').allInnerTexts()
    assert.deepEqual(stages, ['Claim', 'Verify', 'Until refused'])
    const text = await page.locator('#drawer-body').innerText()
    assert.match(text, /refused · 429 · RATE_EXCEEDED/)
    assert.match(text, /Too many requests: at most 30\/min/)
  })

  it('opens and closes by the keyboard, and gives the focus back', async () => {
    await using server = await startPageServer({ ...busy(), requests: [answered, refused] })
    await using opened = await openPage(addressOf(server))
    const { page } = opened
    await whenLive(page)
    const button = page.locator('#requests tbody tr').nth(1).getByRole('button')
    await button.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'drawer-close')
    await page.keyboard.press('Tab')
    assert.ok(await page.evaluate(() => !document.activeElement?.closest('#dashboard')))
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    assert.ok(await button.evaluate(element => element === document.activeElement))
  })

  it('gives the focus to the first row when the one that was opened is gone', async () => {
    await using server = await startPageServer({ ...busy(), requests: someRequests(500, Date.now()) })
    await using opened = await openPage(addressOf(server))
    const { page } = opened
    await whenLive(page)
    await page.locator('#requests tbody tr').last().getByRole('button').focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    server.send('request', { ...answered, id: 'pushes-out', synapse: 'PushesOut', at: Date.now() + 1_000 })
    await page.locator('#requests tbody', { hasText: 'PushesOut' }).waitFor({ state: 'attached' })
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    assert.equal(await page.evaluate(() => document.activeElement?.closest('tr')?.dataset.key), 'pushes-out')
  })

  it('shows all that is known of a validator', async () => {
    await using server = await startPageServer(busy())
    await using opened = await openPage(addressOf(server))
    const { page } = opened
    await whenLive(page)
    const richest = server.shown.status(0).validators.toSorted((a, b) => b.stakeTao! - a.stakeTao!)[0]!
    await page.locator('#validators tbody tr').first().click()
    const text = await page.locator('#drawer-body').innerText()
    assert.ok(text.includes(richest.hotkey))
    assert.ok(text.includes(`${richest.answered.toLocaleString('en')} answered`))
  })
})
