/** The process whose limits count: the miner that serves, where its pid is known, else the one that asks. */
export type Subject = {
  readonly pid: number | 'self'
  /** for messages: `process 4711, miner serve` · `this shell` */
  readonly label: string
  /** `/proc`; a test gives a folder of its own */
  readonly proc: string
}
