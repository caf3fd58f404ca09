/**
 * The vendors whose prices are known, by the host of their OpenAI-compatible API. A host that is not here has no price, unless
 * the operator gives one: it may be a proxy, a reseller or a region with prices of its own (OpenAI charges 10 % more for
 * eu.api.openai.com).
 *
 * The addresses are those by which litellm itself recognises a vendor (BerriAI/litellm litellm/constants.py
 * `openai_compatible_endpoints` and litellm_core_utils/get_llm_provider_logic.py, 1.110.2), and each vendor's own
 * documentation for OpenAI, Anthropic, Fireworks and Gemini. The names are the keys of prices.json.
 */
export const vendorOfHost: ReadonlyMap<string, string> = new Map([
  ['api.openai.com', 'openai'],
  ['api.anthropic.com', 'anthropic'],
  ['api.cerebras.ai', 'cerebras'],
  ['api.deepinfra.com', 'deepinfra'],
  ['api.deepseek.com', 'deepseek'],
  ['api.fireworks.ai', 'fireworks_ai'],
  ['generativelanguage.googleapis.com', 'gemini'],
  ['api.groq.com', 'groq'],
  ['api.mistral.ai', 'mistral'],
  ['api.moonshot.ai', 'moonshot'],
  ['api.studio.nebius.ai', 'nebius'],
  ['api.sambanova.ai', 'sambanova'],
  ['api.together.ai', 'together_ai'],
  ['api.together.xyz', 'together_ai'],
  ['api.x.ai', 'xai'],
])
