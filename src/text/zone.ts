/** Names the time zone of this process, whose times people read: `UTC`, or `Europe/Berlin, UTC+1`. */
export function zoneText(at: number): string {
  const { timeZone } = new Intl.DateTimeFormat('en').resolvedOptions()
  const parts = new Intl.DateTimeFormat('en', { timeZoneName: 'shortOffset' }).formatToParts(at)
  const offset = (parts.find(({ type }) => type === 'timeZoneName')?.value ?? '').replace('GMT', 'UTC')
  return /^UTC([+-]0)?$/.test(offset) ? 'UTC' : `${timeZone}, ${offset}`
}
