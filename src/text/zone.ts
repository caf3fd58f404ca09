/** Names the time zone of this process, whose times people read: `UTC`, or `Europe/Berlin, UTC+1`. */
export function zoneText(at: number): string {
  const minutes = -new Date(at).getTimezoneOffset()
  const offset = `UTC${minutes === 0 ? '' : signedHours(minutes)}`
  return minutes === 0 ? offset : `${new Intl.DateTimeFormat('en').resolvedOptions().timeZone}, ${offset}`
}

function signedHours(minutes: number): string {
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  return `${minutes < 0 ? '-' : '+'}${hours}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`
}
