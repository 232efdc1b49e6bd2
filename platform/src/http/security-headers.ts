/** For everything that is not a page: an answer of the API is data and nothing else. */
export const API_POLICY = "default-src 'none'; frame-ancestors 'none'";

/**
 * The headers every answer carries. Pages bring their own content policy.
 *
 * @param https whether the world reaches the server by HTTPS.
 */
export function securityHeaders(https: boolean): readonly (readonly [name: string, value: string])[] {
  return [
    ["content-security-policy", API_POLICY],
    ["x-content-type-options", "nosniff"],
    ["referrer-policy", "no-referrer"],
    ["cross-origin-opener-policy", "same-origin"],
    ["cross-origin-resource-policy", "same-origin"],
    // Answers differ by caller: no cache may keep them.
    ["cache-control", "no-store"],
    ...(https ? [["strict-transport-security", "max-age=31536000; includeSubDomains"] as const] : []),
  ];
}
