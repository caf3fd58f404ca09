/**
 * Which field bounds the length of an answer. OpenAI renamed it with o1: the models since then (o1, o3, o4-mini,
 * gpt-5 …) refuse the old name, and other hosts know it best.
 */
export function tokenLimitField(
  model: string,
  { isOpenAI }: { readonly isOpenAI: boolean },
): 'max_tokens' | 'max_completion_tokens' {
  return isOpenAI && !beforeO1.test(model) ? 'max_completion_tokens' : 'max_tokens'
}

// gpt-3.5-turbo, gpt-4, gpt-4-turbo, gpt-4o, gpt-4.1, gpt-4.5, chatgpt-4o-latest, and what was tuned from them.
const beforeO1 = /^(ft:)?(gpt-3\.5|gpt-4|chatgpt-4o)(?!\d)/
