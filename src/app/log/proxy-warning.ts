import type { ProxyProblem } from '../../axon/http/trusted-proxies.js'
import type { Log } from '../../plugin/log.js'

/** Warns that the address in a header of a proxy is not taken. */
export function warnOfProxy(log: Log, problem: ProxyProblem, address: string): void {
  if (problem === 'untrusted')
    log.warn({
      event: 'proxyUntrusted',
      address,
      message: `${address} sent X-Forwarded-For, which the axon ignores, because any caller can send it`,
      hint: 'if it is a proxy of yours, name it with --trusted-proxy',
    })
  else
    log.warn({
      event: 'proxyUnreadable',
      address,
      message: `the proxy ${address} sent an X-Forwarded-For that ends with no address, so its caller counts as the proxy`,
      hint: 'let the proxy append the address of its caller (nginx: proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for)',
    })
}
