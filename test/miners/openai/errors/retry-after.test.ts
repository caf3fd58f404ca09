import assert from 'node:assert/strict'
import { retryAfterMs } from '#dist/miners/openai/errors/retry-after.js'

const now = Date.UTC(2026, 10, 22, 12, 0, 0)
const at = (ms: number) => new Date(now + ms).toUTCString()

describe('the wait that an endpoint asks for', () => {
  const cases: [Record<string, string>, number | undefined][] = [
    [{}, undefined],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': '2' }, 2_000],
    [{ 'retry-after': ' 1.5 ' }, 1_500],
    [{ 'retry-after-ms': '250' }, 250],
    [{ 'retry-after-ms': '0.4' }, 1],
    [{ 'retry-after-ms': '250', 'retry-after': '2' }, 250],
    [{ 'retry-after-ms': 'soon', 'retry-after': '2' }, 2_000],
    [{ 'retry-after': at(30_000) }, 30_000],
    [{ 'retry-after': at(-30_000) }, 0],
    [{ 'retry-after': at(3_630_000), date: at(3_600_000) }, 30_000],
    [{ 'retry-after': at(30_000), date: 'now' }, 30_000],
    [{ 'retry-after': '31536000' }, 86_400_000],
    [{ 'retry-after': at(31_536_000_000) }, 86_400_000],
    [{ 'retry-after': '999999999999999' }, 86_400_000],
    [{ 'retry-after': '-5' }, undefined],
    [{ 'retry-after': 'NaN' }, undefined],
    [{ 'retry-after': 'Infinity' }, undefined],
    [{ 'retry-after': '0x10' }, undefined],
    [{ 'retry-after': '1e9' }, undefined],
    [{ 'retry-after': '' }, undefined],
    [{ 'retry-after': 'Sunday, perhaps' }, undefined],
    [{ 'retry-after': '9'.repeat(400) }, undefined],
  ]
  for (const [headers, expected] of cases)
    it(`is ${expected} ms for ${JSON.stringify(headers).slice(0, 80)}`, () => {
      assert.equal(
        retryAfterMs({ headers: new Headers(headers) }, () => now),
        expected,
      )
    })

  it('is unknown without headers', () => assert.equal(retryAfterMs({}), undefined))
})

describe('the wait in an error itself', () => {
  const google = (retryDelay: unknown) => ({
    code: 429,
    message: 'You exceeded your current quota.',
    status: 'RESOURCE_EXHAUSTED',
    details: [
      { '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [] },
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay },
    ],
  })
  const openRouter = (reset: string) => ({
    code: 429,
    message: 'Rate limit exceeded: free-models-per-min',
    metadata: { headers: { 'X-RateLimit-Limit': '20', 'X-RateLimit-Reset': reset } },
  })
  const words = (message: string) => ({ message, code: 429 })
  const litellm = `litellm.RateLimitError: VertexAIException - ${JSON.stringify({ error: google('45s') })}`
  const cases: [string, unknown, number | undefined][] = [
    ['Gemini', google('45s'), 45_000],
    ['Gemini, in parts of a second', google('57.238747106s'), 57_239],
    ['Gemini, without a delay', google(undefined), undefined],
    ['Gemini, with another type', google({ seconds: 45 }), undefined],
    ['Gemini, for longer than a day', google('999999999s'), 86_400_000],
    ['Gemini, with a unit that is unknown', google('45 fortnights'), undefined],
    ['OpenRouter', openRouter(String(now + 30_000)), 30_000],
    ['OpenRouter, when it is over', openRouter(String(now - 30_000)), 0],
    ['OpenRouter, in seconds', openRouter(String(now / 1000)), undefined],
    ['LiteLLM, around Gemini', words(litellm), 45_000],
    ['LiteLLM, around Gemini, escaped', words(JSON.stringify(litellm)), 45_000],
    ['Gemini, in words', words('* Quota exceeded for metric: x, limit: 15\nPlease retry in 44.08s.'), 44_080],
    ['OpenAI, in words', words('Rate limit reached. Please try again in 20s. Visit …'), 20_000],
    ['OpenAI, in milliseconds', words('Please try again in 250ms.'), 250],
    ['Groq, in words', words('Please try again in 7m12.5s. Need more tokens?'), 432_500],
    ['Azure, in words', words('Please retry after 21 seconds.'), 21_000],
    ['Hugging Face, while it loads a model', { message: 'Model m is currently loading', estimated_time: 20.5 }, 20_500],
    ['Hugging Face, with another type', { message: 'Model m is currently loading', estimated_time: '20' }, undefined],
    ['Hugging Face, with a number that is no time', { message: 'Model m is loading', estimated_time: -1 }, undefined],
    ['words without a number', words('Please try again in a moment.'), undefined],
    ['words with another unit', words('Please try again in 3 weeks.'), undefined],
    ['a text without end', words(`try again in ${'1s'.repeat(100_000)}`), 3_000],
    ['another error that quotes the question', { message: 'bad: "try again in 9 hours"', code: 400 }, undefined],
    ['no error', undefined, undefined],
  ]
  for (const [title, error, expected] of cases)
    it(`is ${expected} ms for ${title}`, () =>
      assert.equal(
        retryAfterMs({ error }, () => now),
        expected,
      ))

  it('yields to a header', () => {
    const headers = new Headers({ 'retry-after': '2' })
    assert.equal(
      retryAfterMs({ headers, error: google('45s') }, () => now),
      2_000,
    )
  })
})
