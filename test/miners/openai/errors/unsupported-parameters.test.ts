import assert from 'node:assert/strict'
import { unsupportedParameters } from '#dist/miners/openai/errors/unsupported-parameters.js'

const sent = ['model', 'messages', 'n', 'max_tokens', 'temperature', 'top_p', 'presence_penalty', 'top_k', 'stream']
const refusal = (status: number, error: unknown) => Object.assign(new Error(`${status} no`), { status, error })
const told = (message: string, more: object = {}) => refusal(400, { message, ...more })

describe('the parameters that an endpoint refuses', () => {
  const cases: [string, Error, string[]][] = [
    [
      'OpenAI, a new name',
      told(
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        {
          code: 'unsupported_parameter',
          param: 'max_tokens',
        },
      ),
      ['max_tokens'],
    ],
    [
      'OpenAI, one value only',
      told(
        "Unsupported value: 'temperature' does not support 0.4 with this model. Only the default (1) is supported.",
        {
          code: 'unsupported_value',
          param: 'temperature',
        },
      ),
      ['temperature'],
    ],
    [
      'OpenAI, an organization that may not stream',
      told('Your organization must be verified to stream this model.', { code: 'unsupported_value', param: 'stream' }),
      ['stream'],
    ],
    ['OpenAI’s older API', told('Unrecognized request argument supplied: top_k'), ['top_k']],
    [
      'vLLM',
      told(
        "[{'type': 'extra_forbidden', 'loc': ('body', 'top_k'), 'msg': 'Extra inputs are not permitted', 'input': 5}]",
      ),
      ['top_k'],
    ],
    [
      'FastAPI',
      refusal(422, {
        detail: [{ type: 'extra_forbidden', loc: ['body', 'n'], msg: 'Extra inputs are not permitted' }],
      }),
      ['n'],
    ],
    [
      'LiteLLM',
      told("litellm.UnsupportedParamsError: groq does not support parameters: ['presence_penalty', 'n'], for model=x."),
      ['n', 'presence_penalty'],
    ],
    ['Groq', told("property 'top_k' is unsupported"), ['top_k']],
    ['xAI', told('Argument not supported on this model: presencePenalty'), ['presence_penalty']],
    ['Gemini', told('Invalid JSON payload received. Unknown name "top_k": Cannot find field.'), ['top_k']],
    ['Claude', told('`temperature` and `top_p` cannot both be specified for this model.'), ['temperature', 'top_p']],
    ['plain words', refusal(400, 'temperature is not supported'), ['temperature']],
  ]
  for (const [title, error, expected] of cases)
    it(`are recognized in the error of ${title}`, () => assert.deepEqual(unsupportedParameters(error, sent), expected))

  const none: [string, unknown][] = [
    ['a value out of range', told("Invalid 'temperature': decimal above maximum value.", { param: 'temperature' })],
    ['too large a limit', told('max_tokens is too large: 5000. This model supports at most 4096 completion tokens')],
    [
      'a part of the question',
      told("Unsupported value: 'messages[0].role' does not support 'system'.", {
        code: 'unsupported_value',
        param: 'messages[0].role',
      }),
    ],
    ['a model that is not supported', told('model x is not supported')],
    ['a parameter that was not sent', told("Unsupported parameter: 'seed'", { param: 'seed' })],
    ['another status', refusal(500, { message: 'temperature is not supported' })],
    ['a key', refusal(401, { message: 'temperature is not supported' })],
    ['a name inside of a name', told('xtemperature and temperature-x are not supported')],
    ['text far into the message, which may be the question', told(`${'x '.repeat(200)} temperature is not supported`)],
    ['an error of another kind', new TypeError('temperature is not supported')],
    ['no error at all', 'temperature is not supported'],
  ]
  for (const [title, error] of none)
    it(`are none for ${title}`, () => assert.deepEqual(unsupportedParameters(error, sent), []))

  it('are found whatever characters their names have', () => {
    assert.deepEqual(unsupportedParameters(told('unknown: a+(b'), ['a+(b', '__proto__', 'constructor']), ['a+(b'])
  })
})
