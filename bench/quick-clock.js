// Loaded before the program by `node --import`: makes the clock of the miner's life on a subnet run BENCH_SPEED times as
// fast, so that what it does each ten seconds comes as often as the bench needs. SIGUSR2 stops it, and starts it again.
import { setTimeout as sleep } from 'node:timers/promises'
import { isMainThread } from 'node:worker_threads'
import { systemClock } from '../dist/neuron/clock.js'

const SPEED = Number(process.env.BENCH_SPEED)
const STEP_MS = 20
let speed = process.env.BENCH_STOPPED ? 0 : SPEED
let elapsed = 0
let at = performance.now()

systemClock.elapsed = () => {
  const now = performance.now()
  elapsed += (now - at) * speed
  at = now
  return elapsed
}
systemClock.wait = async (ms, signal) => {
  for (const end = systemClock.elapsed() + ms; systemClock.elapsed() < end; )
    await sleep(STEP_MS, undefined, { signal })
}

if (isMainThread)
  process.on('SIGUSR2', () => {
    systemClock.elapsed()
    speed = SPEED - speed
  })
