/** Says where an admin port is and where its token is, never the token: a terminal may be recorded. */
export function adminText({ url, tokenFile }: { readonly url: string; readonly tokenFile: string | null }): string {
  return `${url}, its token is ${tokenFile === null ? 'admin.token' : `in ${tokenFile}`}`
}
