import assert from 'node:assert/strict'
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core'

/** How long a browser may take for what a test waits for; only a failure takes so long. */
const MOST_MS = 240_000

/** A page in Debian's chromium. */
export type OpenPage = AsyncDisposable & {
  readonly page: Page
  /** what the console and the page's security policy complained of, so far */
  readonly complaints: readonly string[]
}

/**
 * Opens an address in a browser of its own. At the end, the page must not have complained, apart from what the test says that
 * it expects: a script that throws, a file that is missing, or a rule of the security policy that something broke.
 */
export async function openPage(
  url: string,
  { expected = /^$/, ...options }: BrowserContextOptions & { readonly expected?: RegExp } = {},
): Promise<OpenPage> {
  const browser = await chromium.launch({
    timeout: MOST_MS,
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-background-networking'],
  })
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, ...options })
    context.setDefaultTimeout(MOST_MS)
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('pageerror', error => complaints.push(String(error)))
    page.on('console', message => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
    })
    await page.goto(url)
    return {
      page,
      complaints,
      async [Symbol.asyncDispose]() {
        await browser.close()
        assert.deepEqual(
          complaints.filter(text => !expected.test(text)),
          [],
        )
      },
    }
  } catch (error) {
    await browser.close()
    throw error
  }
}
