const KINDS = 'must be disk, memory or a URL that begins with redis:// or rediss://'

/** Returns why a text names no store of nonces, to continue "axon.store …"; null: it names one. Never repeats a password. */
export function whyNoStore(text: string): string | null {
  if (text === 'disk' || text === 'memory') return null
  if (!/^rediss?:\/\//i.test(text)) return KINDS
  const url = URL.parse(text)
  if (!url)
    return Number(/:(\d+)(?:\/[^/@]*)?$/.exec(text)?.[1]) > 65_535 ? 'must have a port of at most 65535' : BROKEN
  if (!url.hostname) return 'names no host: it must be of the form redis://HOST:PORT'
  if (url.port === '0') return 'must have a port of at least 1'
  if (!/^\/?(?:\d{1,9})?$/.test(url.pathname))
    return 'has a path that is not the number of a database: 0 to 15, unless the Redis has more'
  if (url.search || url.hash)
    return 'must have nothing after the number of the database: write ? and # in a password as %3F and %23'
  return canDecode(url.username) && canDecode(url.password) ? null : 'has a % in its user or password: write it as %25'
}

const BROKEN =
  'is not a URL: it must be of the form redis://USER:PASSWORD@HOST:PORT, with / ? # @ in a password as %2F %3F %23 %40'

function canDecode(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}
