import { NoAnswer } from '../../../plugin/no-answer.js'
import { truncatedAnswer } from './answer-errors.js'
import type { ModelCode } from './model-code.js'
import { sanitizeText, type Upstream } from './upstream.js'

/** Makes the error for an endpoint that could not be reached, or whose connection broke. */
export function connectionError(error: unknown, upstream: Upstream): NoAnswer {
  const { name, secrets, setting } = upstream
  const chain = [...causes(error)]
  const code = chain.map(({ code }) => code).find(code => typeof code === 'string') ?? ''
  const because = sanitizeText(code || chain.at(-1)?.message || 'unknown error', secrets)
  const failed = (kind: ModelCode, what: string, hint: string) =>
    new NoAnswer('upstream', `${what} (${because})`, { code: kind, hint })

  // The only message of a `fetch` whose body breaks off.
  if (chain[0]?.message === 'terminated') return truncatedAnswer(upstream, because)
  if (/CONNECT_TIMEOUT|ETIMEDOUT/.test(code))
    return failed(
      'MODEL_CONNECT_TIMEOUT',
      `${name} did not accept a connection in time`,
      'check that the endpoint is up',
    )
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
      `cannot connect securely to ${name}`,
      `check http or https in ${setting('baseUrl')}; set NODE_EXTRA_CA_CERTS to trust a certificate of your own`,
    )
  if (chain.length === 1) return failed('MODEL_FAILED', `the request to ${name} failed`, 'see the log of the endpoint')
  return failed('MODEL_UNREACHABLE', `the request to ${name} failed`, `check ${setting('baseUrl')} and the network`)
}

/** Whether no connection came about, so that the endpoint received nothing of the request. */
export function isUnconnected({ code, message }: NoAnswer): boolean {
  if (code === 'MODEL_UNREACHABLE') return /\((ECONNREFUSED|ENOTFOUND|EAI_\w+)\)$/.test(message)
  // A time-out of the system may also be that of a connection in use.
  return code === 'MODEL_TLS' || (code === 'MODEL_CONNECT_TIMEOUT' && !message.endsWith('(ETIMEDOUT)'))
}

/** Yields an error and its causes; at most ten, because an error may be its own cause. */
export function* causes(error: unknown): Generator<Error & { readonly code?: unknown }> {
  for (let depth = 0; depth < 10 && error instanceof Error; depth++) {
    yield error
    error = error.cause
  }
}
