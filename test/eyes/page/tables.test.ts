import assert from 'node:assert/strict'
import type { Locator } from 'playwright-core'
import { busyStatus } from './generated.ts'
import { openPage } from './open-page.ts'
import { addressOf, busy, someRequests, whenLive } from './shown.ts'
import { startPageServer } from './start-page-server.ts'

const column = (table: Locator, index: number) => table.locator(`tbody tr > :nth-child(${index})`).allInnerTexts()

describe('the tables of the dashboard', () => {
  it('are sorted by the keyboard, and say by what', async () => {
    await using server = await startPageServer(busy())
    await using opened = await openPage(addressOf(server))
    const { page } = opened
    await whenLive(page)
    const table = page.locator('#validators table')
    const header = (name: string) => table.getByRole('columnheader', { name, exact: true })
    assert.equal(await header('Stake').getAttribute('aria-sort'), 'descending')
    await header('UID').getByRole('button').focus()
    await page.keyboard.press('Enter')
    assert.equal(await header('UID').getAttribute('aria-sort'), 'descending')
    assert.deepEqual(
      await column(table, 2),
      Array.from({ length: 24 }, (_, index) => String(23 - index)),
    )
    await page.keyboard.press('Space')
    assert.equal(await header('UID').getAttribute('aria-sort'), 'ascending')
    assert.equal(await header('Stake').getAttribute('aria-sort'), 'none')
    assert.deepEqual(
      await column(table, 2),
      Array.from({ length: 24 }, (_, index) => String(index)),
    )
  })

  it('sort what is not known last, in either direction', async () => {
    const shown = busy({ validators: 3 })
    const unknown = (at: number) => {
      const status = shown.status(at)
      const [first, ...rest] = status.validators
      return { ...status, validators: [{ ...first!, stakeTao: null, uid: null, hasPermit: null }, ...rest] }
    }
    await using server = await startPageServer({ ...shown, status: unknown })
    await using opened = await openPage(addressOf(server))
    const { page } = opened
    await whenLive(page)
    const table = page.locator('#validators table')
    assert.equal((await column(table, 3)).at(-1), '–')
    await table.getByRole('button', { name: 'Stake' }).click()
    assert.equal((await column(table, 3)).at(-1), '–')
  })

  it('keep rows, focus and place while the miner goes on', async () => {
    await using server = await startPageServer(busy())
    await using opened = await openPage(addressOf(server))
    const { page } = opened
    await whenLive(page)
    const rows = page.locator('#validators tbody tr')
    await rows.nth(0).getByRole('button').focus()
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowUp', 'End', 'Home', 'ArrowDown']) await page.keyboard.press(key)
    const focused = await rows.nth(1).getByRole('button').innerText()
    // The second becomes the first, so that its row moves.
    const { status } = server.shown
    server.show({
      status: at => {
        const now = status(at)
        const key = focused.slice(-5)
        const validators = now.validators.map(one => (one.hotkey.endsWith(key) ? { ...one, stakeTao: 9e6 } : one))
        return { ...now, validators }
      },
    })
    await rows.nth(0).filter({ hasText: focused }).waitFor()
    assert.equal(await page.evaluate(() => (document.activeElement as HTMLElement).innerText), focused)
    await page.keyboard.press('ArrowDown')
    assert.equal(await page.evaluate(() => document.activeElement?.closest('tr')?.sectionRowIndex), 1)
  })

  it('write only what has changed, with 256 validators and 500 requests', async () => {
    await using server = await startPageServer(busy({ validators: 256, requests: 500 }))
    await using opened = await openPage(addressOf(server))
    const { page } = opened
    await whenLive(page)
    assert.equal(await page.locator('#validators tbody tr').count(), 256)
    assert.equal(await page.locator('#requests tbody tr').count(), 500)
    await page.evaluate(() => {
      const changes = { written: 0 }
      const observer = new MutationObserver(found => {
        changes.written += found.length
      })
      const options = { subtree: true, childList: true, characterData: true }
      for (const body of document.querySelectorAll('#validators tbody, #requests tbody'))
        observer.observe(body, options)
      Object.assign(window, { changes })
    })
    // Another status, with one figure changed and one more request.
    const still = busyStatus(Date.now(), { validators: 256 })
    const [request] = someRequests(1, Date.now() + 60_000)
    server.show({
      status: at => ({
        ...still,
        at,
        // What is shown of them is relative to `at`.
        validators: still.validators.map((one, index) => ({
          ...one,
          lastAt: at - (still.at - one.lastAt),
          answered: one.answered + (index === 0 ? 1_000_000 : 0),
        })),
      }),
    })
    server.send('request', { ...request!, id: 'the-501st', synapse: 'The501st' })
    await page.locator('#requests tbody', { hasText: 'The501st' }).waitFor()
    await page.locator('#validators tbody', { hasText: '1M' }).waitFor()
    assert.equal(await page.locator('#requests tbody tr').count(), 500)
    // One cell of a validator; a row in, a row out. Statuses with other seconds may have come between.
    const { written } = await page.evaluate(() => (window as unknown as { changes: { written: number } }).changes)
    assert.ok(written < 6, `${written} changes of the document`)
  })

  it('find a validator', async () => {
    await using server = await startPageServer(busy({ validators: 256 }))
    await using opened = await openPage(addressOf(server))
    const { page } = opened
    await whenLive(page)
    await page.getByLabel('Filter validators').fill('200')
    await page.locator('#validators-count', { hasText: '1 of 256' }).waitFor()
    await page.getByLabel('Filter validators').fill('no such')
    assert.match(await page.locator('#validators').innerText(), /No validator matches the filter\./)
  })

  it('show the requests of one outcome, and stand still while paused', async () => {
    await using server = await startPageServer(busy())
    await using opened = await openPage(addressOf(server))
    const { page } = opened
    await whenLive(page)
    const refused = server.shown.requests!.filter(({ outcome }) => outcome === 'refused').length
    await page.locator('#outcomes').getByText('Refused').click()
    await page.locator('#requests-count', { hasText: `${refused} of 120` }).waitFor()
    await page.locator('#outcomes').getByText('All').click()
    await page.getByRole('button', { name: 'Pause' }).click()
    const [request] = someRequests(1, Date.now())
    server.send('request', { ...request!, id: 'while-paused', synapse: 'WhilePaused' })
    await page.getByRole('button', { name: 'Resume (1 new)' }).waitFor()
    assert.equal(await page.getByText('WhilePaused').count(), 0)
    await page.getByRole('button', { name: 'Resume (1 new)' }).click()
    await page.getByText('WhilePaused').waitFor()
  })
})
