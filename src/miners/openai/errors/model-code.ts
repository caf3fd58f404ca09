import type { HostCode } from '../../../plugin/no-answer.js'

/** What may go wrong with a model; `src/plugin/host-codes.ts` describes each. */
export type ModelCode = Extract<HostCode, `MODEL_${string}`>
