/** A token that says where something goes on, made of texts. Not a secret: anybody can make one up. */
export function tokenOf(parts: readonly string[]): string {
  return Buffer.from(JSON.stringify(parts)).toString("base64url");
}

/** The texts that a token is made of; undefined for what `tokenOf` cannot have made. */
export function partsOf(token: string): string[] | undefined {
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, "base64url").toString());
    return Array.isArray(parts) && parts.every((part) => typeof part === "string") ? parts : undefined;
  } catch {
    // Whoever asked refuses it like any other text that is no token.
    return undefined;
  }
}
