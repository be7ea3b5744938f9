/** The secret of a sign-in link, which is the fragment of its address; null for any other fragment, such as that of the link to the content. */
export function signInSecret(fragment: string): string | null {
  return /^#([0-9a-f]{64})$/.exec(fragment)?.[1] ?? null;
}
