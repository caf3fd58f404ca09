/**
 * Returns the forms in which a text may repeat a secret: its own, base64, base64url, hexadecimal digits and percent-encoded.
 * Letter case is the reader's to ignore.
 */
export function formsOfSecret(secret: string): readonly string[] {
  const bytes = Buffer.from(secret)
  // A secret within a longer text, such as `user:key`, may begin at any bit of base64's groups of three bytes.
  const base64 = [0, 1, 2].flatMap(before => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/.?=*$/, '')
    const own = text.slice(before === 0 ? 0 : before + 1)
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')]
  })
  return [secret, bytes.toString('hex'), encodeURIComponent(secret), ...base64]
}
