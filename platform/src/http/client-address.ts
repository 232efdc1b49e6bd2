import { isIPv6 } from "node:net";

/**
 * Whom to count a request on: the address of the connection or, behind `trustedProxies` proxies, the one that the outermost
 * of them saw. Of IPv6 the first 64 bits: a household has all the rest.
 *
 * @param forwardedFor the header `X-Forwarded-For`, to which each proxy appends whom it talked to.
 */
export function clientAddress(remote: string | undefined, forwardedFor: string | null, trustedProxies: number): string {
  if (remote && (forwardedFor === null || trustedProxies === 0)) return networkOf(remote);
  const seen = [...(forwardedFor ?? "").split(","), remote ?? ""].map((text) => text.trim()).filter(Boolean);
  return networkOf(seen.at(-1 - Math.min(trustedProxies, seen.length - 1)) ?? "unknown");
}

function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return mapped;
  const [head = "", tail] = address.replace(/%.*$/, "").split("::");
  const groups = head === "" ? [] : head.split(":");
  const after = tail ? tail.split(":").length : 0;
  const zeros = tail === undefined ? 0 : 8 - groups.length - after;
  const all = [...groups, ...Array.from({ length: Math.max(0, zeros) }, () => "0")];
  return `${all.slice(0, 4).join(":")}::/64`;
}
