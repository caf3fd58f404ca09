import { NoAnswer } from '../../../plugin/no-answer.js'
import { truncatedAnswer } from './answer-errors.js'
import type { ModelCode } from './model-code.js'
import { sanitizeText, type Upstream } from './upstream.js'

/** An endpoint that could not be asked, or whose connection broke. */
export function connectionError(error: unknown, upstream: Upstream): NoAnswer {
  const { name, secrets, setting } = upstream
  const chain = [...causes(error)]
  const code = chain.map(({ code }) => code).find(code => typeof code === 'string') ?? ''
  const because = sanitizeText(code || chain.at(-1)?.message || 'unknown error', secrets)
  const failed = (kind: ModelCode, what: string, hint: string) =>
    new NoAnswer('upstream', `${what} (${because})`, { code: kind, hint })

  // The only words of a fetch for a body that breaks off.
  if (chain[0]?.message === 'terminated') return truncatedAnswer(upstream, because)
  if (/CONNECT_TIMEOUT|ETIMEDOUT/.test(code))
    return failed('MODEL_CONNECT_TIMEOUT', `${name} took no connection in time`, 'check that the endpoint is up')
  if (/TIMEOUT|TIMEDOUT/.test(code) || /timed out/i.test(chain[0]?.message ?? ''))
    return failed('MODEL_TIMEOUT', `${name} did not answer in time`, 'check that the endpoint is up and not overloaded')
  if (/^(ENOTFOUND|EAI_)/.test(code))
    return failed(
      'MODEL_UNREACHABLE',
      `the host name of ${name} cannot be resolved`,
      `check ${setting('baseUrl')} and the name server`,
    )
  if (code === 'ECONNREFUSED')
    return failed(
      'MODEL_UNREACHABLE',
      `${name} refuses connections`,
      `check that the endpoint runs, and the port in ${setting('baseUrl')}`,
    )
  if (/CERT|SSL|TLS|UNABLE_TO|EPROTO/.test(code))
    return failed(
      'MODEL_TLS',
      `no secure connection to ${name}`,
      `check http or https in ${setting('baseUrl')}; NODE_EXTRA_CA_CERTS trusts a certificate of your own`,
    )
  if (chain.length === 1) return failed('MODEL_FAILED', `asking ${name} failed`, 'see the log of the endpoint')
  return failed('MODEL_UNREACHABLE', `asking ${name} failed`, `check ${setting('baseUrl')} and the network`)
}

/** The error and what lies under it; at most ten, because a cause may be its own. */
export function* causes(error: unknown): Generator<Error & { readonly code?: unknown }> {
  for (let depth = 0; depth < 10 && error instanceof Error; depth++) {
    yield error
    error = error.cause
  }
}
