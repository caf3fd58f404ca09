import assert from 'node:assert/strict'
import { openPage } from './open-page.ts'
import { addressOf, busy, idle, whenLive } from './shown.ts'
import { startPageServer } from './start-page-server.ts'

describe('the dashboard', () => {
  it('shows at a glance who asks, how fast they are answered, what it costs and what is wrong', async () => {
    await using server = await startPageServer(busy())
    await using opened = await openPage(addressOf(server))
    const { page } = opened
    await whenLive(page)
    const figures = await page.locator('#figures > div').allInnerTexts()
    assert.deepEqual(figures, [
      'Requests\n42 /s\nstrangers 3.2 /s',
      'Answered\n98.1 %\n812K of 828K',
      'First token, p50\n312 ms\np95 840 ms',
      'Whole answer, p50\n2.41 s\np95 5.23 s',
      'Places taken\n52 of 64\n7 of 256 waiting',
      'Cost today\n$38.42\nof $60.00, 3 of unknown cost',
      `Incentive\n${server.shown.status(0).chain!.incentive.at(-1)!.value.toFixed(4)}\nuid 42`,
      'Up for\n3 d 9 h\nprocess 4321',
    ])
    assert.deepEqual(await page.locator('#problems li').allInnerTexts(), [
      'Not asked after failures: llm.example:8000.',
      '2 of 5 hotkeys have spent their budget of the day: further requests get 429.',
    ])
    assert.equal(await page.locator('#validators tbody tr').count(), 24)
    assert.equal(await page.locator('#requests tbody tr').count(), 120)
    assert.match(
      await page.locator('#endpoints').innerText(),
      /1 of 2 keys ready · key 2 rests 41 s after MODEL_RATE_LIMITED/,
    )
    const money = await page.locator('#money').innerText()
    assert.match(money, /Spent or reserved\s+\$39.12, 65.2 %/)
    assert.match(money, /Budgets of hotkeys\s+2 of 5 spent\s+\w+….{5}\s+\$2.00 of \$2.00, spent\s/)
    assert.match(money, /\$0.60 of \$2.00, 30.0 %/)
    const budgets = page.locator('#validators tbody td.from-budget')
    assert.deepEqual((await budgets.allInnerTexts()).filter(text => text !== '–').sort(), [
      '30.0 %',
      '47.5 %',
      '65.0 %',
      'spent',
      'spent',
    ])
    assert.match(await page.locator('#chain').innerText(), /Announces\s+203.0.113.7:8091/)
    assert.match(
      await page.locator('#reasons').innerText(),
      /RATE_EXCEEDED\s+900\s+429 · Too many requests: at most 30\/min/,
    )
  })

  it('has its eight figures in one row, in two, or in pairs', async () => {
    await using server = await startPageServer(busy())
    await using opened = await openPage(addressOf(server))
    const { page } = opened
    await whenLive(page)
    for (const [width, rows] of [
      [1440, 1],
      [1100, 2],
      [760, 2],
      [390, 4],
    ] as const) {
      await page.setViewportSize({ width, height: 900 })
      const tops = await page
        .locator('#figures > div')
        .evaluateAll(all => all.map(one => one.getBoundingClientRect().y))
      assert.equal(new Set(tops).size, rows, `${width} pixels wide: ${tops}`)
    }
  })

  it('draws six charts over time, and one of the incentive', async () => {
    await using server = await startPageServer(busy())
    await using opened = await openPage(addressOf(server))
    const { page } = opened
    await whenLive(page)
    await page.locator('#charts figure').nth(5).locator('canvas').waitFor()
    assert.deepEqual(await page.locator('figure h3').allInnerTexts(), [
      'Requests a second',
      'Time to the first token',
      'Time to the whole answer',
      'Places and queue',
      'Tokens a second',
      'Dollars an hour',
      'Incentive',
    ])
    const colours = await page.locator('canvas').evaluateAll(all =>
      (all as HTMLCanvasElement[]).map(canvas => {
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
        return new Set(new Uint32Array(data.buffer)).size
      }),
    )
    assert.ok(
      colours.every(count => count > 20),
      `colours of each chart: ${colours}`,
    )
  })

  it('shows the values under the cursor, which arrow keys move, in all charts at once', async () => {
    await using server = await startPageServer(busy())
    await using opened = await openPage(addressOf(server))
    const { page } = opened
    await whenLive(page)
    const plot = page.getByRole('slider', { name: 'Requests a second, over time' })
    await plot.focus()
    await page.keyboard.press('End')
    await page.keyboard.press('PageDown')
    const spoken = await plot.getAttribute('aria-valuetext')
    assert.match(spoken!, /^\d\d:\d\d:\d\d: answered \d+, refused [\d.]+, failed [\d.]+, cancelled [\d.]+$/)
    const times = await page.locator('#charts .chart-time').allInnerTexts()
    assert.deepEqual(new Set(times), new Set([spoken!.slice(0, 8)]))
    await page.keyboard.press('Escape')
    await page.locator('#charts .chart-time').first().filter({ hasText: /^$/ }).waitFor({ state: 'attached' })
  })

  it('tells times in the zone of the reader, which it names', async () => {
    await using server = await startPageServer(busy({ requests: 1 }))
    await using opened = await openPage(addressOf(server), { timezoneId: 'Asia/Kathmandu' })
    const { page } = opened
    await whenLive(page)
    assert.equal(await page.locator('#zone').innerText(), 'times in Asia/Katmandu, UTC+5:45')
    const there = new Date(server.shown.requests![0]!.at).toLocaleTimeString('en-GB', { timeZone: 'Asia/Kathmandu' })
    assert.match(await page.locator('#requests tbody tr').innerText(), new RegExp(`^${there}`))
  })

  it('cuts no reason: a cell that has no room for all shows the whole as its tooltip', async () => {
    const [request] = busy({ requests: 1 }).requests!
    const reason = 'Forbidden. Key is blacklisted: stake below minimum, as the rules of this miner have it'
    const synapse = 'ASynapseWithANameThatNoColumnOfTheTableHasRoomFor'
    const refused = { ...request!, outcome: 'refused' as const, code: 'BLACKLISTED', status: 403, reason, synapse }
    await using server = await startPageServer({ ...idle, requests: [refused] })
    await using opened = await openPage(addressOf(server))
    const { page } = opened
    await page.locator(`#requests td[title="${reason}"]`, { hasText: 'BLACKLISTED 403' }).waitFor()
    const cell = page.locator(`#requests td[title="${synapse}"]`)
    const [overflow, isCut] = await cell.evaluate(one => [
      getComputedStyle(one).textOverflow,
      one.clientWidth < one.scrollWidth,
    ])
    assert.deepEqual([overflow, isCut], ['ellipsis', true])
  })

  it('shows an hour and a day as well', async () => {
    await using server = await startPageServer(busy())
    await using opened = await openPage(addressOf(server))
    const { page } = opened
    await whenLive(page)
    for (const [label, window] of [
      ['24 h', '24h'],
      ['1 h', '1h'],
    ] as const) {
      const replied = page.waitForResponse(`${server.url}/api/history?window=${window}`)
      await page.getByText(label, { exact: true }).click()
      assert.equal((await replied).status(), 200)
      await page.locator('#charts .chart-value', { hasText: /\d/ }).first().waitFor()
    }
  })

  it('leaves out what has no source, and says what to do until the first validator asks', async () => {
    await using server = await startPageServer(idle)
    await using opened = await openPage(addressOf(server))
    const { page } = opened
    await whenLive(page)
    for (const id of ['endpoints', 'money', 'chain', 'reasons'])
      assert.equal(await page.locator(`#${id}-panel`).isVisible(), false, id)
    assert.equal(await page.locator('#problems').isVisible(), false)
    assert.deepEqual(await page.locator('#figures dt').allInnerTexts(), [
      'Requests',
      'Answered',
      'First token, p50',
      'Whole answer, p50',
      'Places taken',
      'Up for',
    ])
    assert.match(
      await page.locator('#validators').innerText(),
      /No validator has asked in the last hour\.\s+Ask the miner yourself, as a validator does:\s+miner query --dev --url http:\/\/127\.0\.0\.1:8091 "What is TAO\?"/,
    )
    assert.match(await page.locator('#requests').innerText(), /No request has ended yet/)
  })

  it('shows each request as it ends', async () => {
    await using server = await startPageServer(idle)
    await using opened = await openPage(addressOf(server))
    const { page } = opened
    await whenLive(page)
    const [request] = busy({ requests: 1 }).requests!
    server.send('request', { ...request!, synapse: 'JustEnded' })
    await page.locator('#requests tbody', { hasText: 'JustEnded' }).waitFor()
  })

  it('remembers the theme that was chosen', async () => {
    await using server = await startPageServer(idle)
    await using opened = await openPage(addressOf(server), { colorScheme: 'light' })
    const { page } = opened
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const light = await ground()
    await page.getByRole('button', { name: 'Theme: system' }).click()
    await page.getByRole('button', { name: 'Theme: light' }).click()
    await page.getByRole('button', { name: 'Theme: dark' }).waitFor()
    const dark = await ground()
    assert.notEqual(dark, light)
    await page.reload()
    await page.getByRole('button', { name: 'Theme: dark' }).click()
    assert.equal(await ground(), light)
    await page.emulateMedia({ colorScheme: 'dark' })
    assert.equal(await ground(), dark)
  })
})
