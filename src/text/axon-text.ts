/** Formats where an axon is: `203.0.113.7:8091`, `[2001:db8::7]:8091`. */
export function axonText({ ip, port }: { readonly ip: string; readonly port: number | null }): string {
  return `${ip.includes(':') ? `[${ip}]` : ip}:${port}`
}
