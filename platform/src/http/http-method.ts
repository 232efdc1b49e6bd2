const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** The method in metrics and names of spans. Others are one: a caller may invent as many as they like. */
export function knownMethod(method: string, others: string): string {
  return METHODS.has(method) ? method : others;
}
