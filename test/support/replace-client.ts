// Loaded before the program by `node --import`: replaces the client that asks the model, as an embedder does.
import { OpenAI } from 'openai'
import { root } from '#dist/app/container.js'
import { CLIENT_FOR } from '#dist/app/tokens.js'

const { MODEL_URL = null } = process.env
root.register(CLIENT_FOR, { useValue: async () => new OpenAI({ baseURL: MODEL_URL, apiKey: 'its own' }) })
