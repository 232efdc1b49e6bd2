import type { MessageInitShape } from "@bufbuild/protobuf";
import { UserState } from "@animal-delivery/contracts/gen/users/v1/user_pb";
import type { ListUsersRequestSchema } from "@animal-delivery/contracts/gen/users/v1/user_service_pb";
import { percentile } from "./percentile.ts";
import { asAdmin, type UsersUnderTest } from "./users-under-test.ts";

type Filters = MessageInitShape<typeof ListUsersRequestSchema>;

const PAGE_SIZE = 50;
const PLACES = ["first", "middle", "end"] as const;
type Place = (typeof PLACES)[number];

/** What is asked for, and the addresses after which the middle and the end begin: addresses are evenly spread hex digits. */
const LISTS: readonly (readonly [name: string, filters: Filters, middle: string, end: string])[] = [
  ["all users", {}, "8", "fff"],
  ["address begins with a", { emailPrefix: "a" }, "a8", "aff"],
  ["address begins with ab", { emailPrefix: "ab" }, "ab8", "abf"],
  ["customers", { role: "customer" }, "8", "fff"],
  ["couriers", { role: "courier" }, "8", "ff"],
  ["active", { state: UserState.ACTIVE }, "8", "fff"],
  ["being deleted", { state: UserState.DELETING }, "8", "ff"],
  ["active couriers", { role: "courier", state: UserState.ACTIVE }, "8", "ff"],
  ["active couriers, with a", { emailPrefix: "a", role: "courier", state: UserState.ACTIVE }, "a8", "af"],
];

/** How long a page takes, 95 of 100, by where it is. */
export interface PagesRound {
  readonly name: string;
  readonly p95Ms: Readonly<Record<Place, number>>;
}

/** Lists the first page, one in the middle and one at the end, in turn, `calls` times each; so for each filter. */
export async function measurePages(platform: UsersUnderTest, calls: number): Promise<PagesRound[]> {
  await using accounts = await platform.startAccounts();
  const rounds: PagesRound[] = [];
  for (const [name, filters, middle, end] of LISTS) {
    const list = (pageToken: string, adminToken: string) =>
      accounts.client.listUsers({ ...filters, pageSize: PAGE_SIZE, pageToken }, asAdmin(adminToken));
    const { nextPageToken } = await list("", await platform.adminToken());
    const tokens = { first: "", middle: tokenAt(nextPageToken, middle), end: tokenAt(nextPageToken, end) };
    const latencies: Record<Place, number[]> = { first: [], middle: [], end: [] };
    for (let call = 0; call < calls; call += 1) {
      for (const place of call % 2 ? PLACES : PLACES.toReversed()) {
        const adminToken = await platform.adminToken();
        const startedAt = performance.now();
        const { users } = await list(tokens[place], adminToken);
        latencies[place].push(performance.now() - startedAt);
        if (users.length !== PAGE_SIZE) throw new Error(`${name}, ${place}: a page of ${users.length} users`);
      }
    }
    const p95 = (place: Place): number => percentile(latencies[place], 0.95);
    rounds.push({ name, p95Ms: { first: p95("first"), middle: p95("middle"), end: p95("end") } });
  }
  return rounds;
}

/** The token of the page after an address, out of another of the same list: walking to the middle takes thousands of pages. */
function tokenAt(token: string, email: string): string {
  const [fingerprint] = JSON.parse(Buffer.from(token, "base64url").toString()) as string[];
  return Buffer.from(JSON.stringify([fingerprint, email, ""])).toString("base64url");
}
