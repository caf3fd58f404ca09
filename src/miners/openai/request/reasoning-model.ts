/**
 * Whether OpenAI's model thinks before it speaks; such a model refuses temperature, top_p and the penalties
 * (OpenAI's guide to reasoning models). From gpt-5.1 on it takes temperature and top_p when it is told not to think.
 */
export function isReasoningModel(model: string): boolean {
  return /^(ft:)?(o\d|gpt-5)(?!\d)(?!.*-chat\b)/.test(model)
}
