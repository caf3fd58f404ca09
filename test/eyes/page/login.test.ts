import assert from 'node:assert/strict'
import { openPage } from './open-page.ts'
import { addressOf, idle, whenLive } from './shown.ts'
import { startPageServer, TOKEN } from './start-page-server.ts'

/** The browser's console names each reply with an error status. */
const unauthorized = /status of 401/

describe('signing in to the dashboard', () => {
  it('takes the token out of the address and keeps it in a cookie that scripts cannot read', async () => {
    await using server = await startPageServer(idle)
    await using opened = await openPage(addressOf(server))
    const { page } = opened
    await whenLive(page)
    assert.equal(page.url(), `${server.url}/`)
    const seen = await page.evaluate(() => [document.cookie, JSON.stringify(localStorage), history.length])
    assert.deepEqual(seen, ['', '{}', 2]) // of the history about:blank, and this page
    const [cookie] = await page.context().cookies()
    assert.equal(cookie?.httpOnly, true)
    assert.equal(cookie?.sameSite, 'Strict')
    await page.reload()
    await whenLive(page)
  })

  it('asks for the token, and says when it is wrong', async () => {
    await using server = await startPageServer(idle)
    await using opened = await openPage(server.url, { expected: unauthorized })
    const { page } = opened
    const input = page.getByLabel('Token', { exact: true })
    await input.waitFor()
    assert.equal(await page.locator('#dashboard').isVisible(), false)
    assert.ok(await input.evaluate(element => element === document.activeElement))
    const form = (await page.locator('#login-form').boundingBox())!
    assert.equal(form.x + form.width / 2, page.viewportSize()!.width / 2)
    await input.fill('a guess')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').filter({ hasText: 'This is not the token of this miner.' }).waitFor()
    await input.fill(TOKEN)
    await page.keyboard.press('Enter')
    await whenLive(page)
    assert.equal(await input.isVisible(), false)
  })

  it('hides its form when the address with the token is opened in the same tab', async () => {
    await using server = await startPageServer(idle)
    await using opened = await openPage(server.url, { expected: unauthorized })
    const { page } = opened
    const input = page.getByLabel('Token', { exact: true })
    await input.waitFor()
    await input.fill('half of a to')
    await page.goto(addressOf(server))
    await whenLive(page)
    assert.equal(await input.isVisible(), false)
    assert.equal(await input.inputValue(), '')
  })

  it('says what is wrong with a token in the address, which it removes all the same', async () => {
    await using server = await startPageServer(idle)
    await using opened = await openPage(`${server.url}/#token=old`, { expected: unauthorized })
    const { page } = opened
    await page.getByRole('alert').filter({ hasText: 'This is not the token of this miner.' }).waitFor()
    assert.equal(page.url(), `${server.url}/`)
  })

  it('asks again once the miner has another token', async () => {
    await using server = await startPageServer(idle)
    await using opened = await openPage(addressOf(server), { expected: /401|ERR_INCOMPLETE_CHUNKED_ENCODING/ })
    const { page } = opened
    await whenLive(page)
    server.signOut()
    await page.getByLabel('Token', { exact: true }).fill(TOKEN)
    await page.keyboard.press('Enter')
    await whenLive(page)
    await page.locator('#dashboard').waitFor()
  })
})
