import { z } from 'zod'
import type { Route } from '../../plugin/dialect.js'

/** The SDK's base synapse, which every axon answers with an echo: it asks whether somebody is there. */
export const ping: Route = {
  body: z.looseObject({}),
  hashed: [],
  queue: false,
  example: {},
  answer: async () => ({}),
}
