import { readFileSync } from 'node:fs'

/** The processor time of all threads of a process, in milliseconds; Linux counts it in hundredths of a second. */
export function processorMs(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}
