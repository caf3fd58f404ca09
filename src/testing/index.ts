export { type AskHow, ask, type TestReply } from './ask.js'
export { type AskMinerHow, askMiner } from './ask-miner.js'
export type { Behaviour, ModelRequest } from './behaviour.js'
export { type BuiltMiner, buildMiner, type LogRecord } from './build-miner.js'
export { Clock } from './clock.js'
export { definitionOf } from './definition-of.js'
export {
  answered,
  cut,
  said,
  stalled,
  streamed,
  whole,
} from './model-replies.js'
export { type ModelServer, startModelServer } from './model-server.js'
export { type StartAxonOptions, startAxon, type TestAxon } from './start-axon.js'
