import type { MessageInitShape } from "@bufbuild/protobuf";
import { UserState } from "@animal-delivery/contracts/gen/users/v1/user_pb";
import type { ListUsersRequestSchema } from "@animal-delivery/contracts/gen/users/v1/user_service_pb";
import { percentile } from "./percentile.ts";
import { asAdmin, type UsersUnderTest } from "./users-under-test.ts";

type Filters = MessageInitShape<typeof ListUsersRequestSchema>;

const WALK_PAGE_SIZE = 200;
const PAGE_SIZE = 50;
const PLACES = ["first", "middle", "end"] as const;

const FILTERS: Readonly<Record<string, Filters>> = {
  "all users": {},
  "address begins with a": { emailPrefix: "a" },
  "address begins with ab": { emailPrefix: "ab" },
  couriers: { role: "courier" },
  "being deleted": { state: UserState.DELETING },
  "active couriers": { role: "courier", state: UserState.ACTIVE },
  "all three": { emailPrefix: "a", role: "courier", state: UserState.ACTIVE },
};

/** How long a page takes, 95 of 100, by where it is. */
export interface PagesRound {
  readonly filter: string;
  /** How many users the filter leaves. */
  readonly users: number;
  readonly p95Ms: Readonly<Record<(typeof PLACES)[number], number>>;
}

/** For each filter, calls the first page, one in the middle and one at the end, in turn, `calls` times each. */
export async function measurePages(platform: UsersUnderTest, calls: number): Promise<PagesRound[]> {
  await using accounts = await platform.startAccounts();
  const rounds: PagesRound[] = [];
  for (const [filter, filters] of Object.entries(FILTERS)) {
    const admin = asAdmin(await platform.adminToken());
    const list = (pageSize: number, pageToken: string) =>
      accounts.client.listUsers({ ...filters, pageSize, pageToken }, admin);
    const { users, tokens } = await walk((pageToken) => list(WALK_PAGE_SIZE, pageToken));
    const tokenOf = { first: "", middle: tokens.at(tokens.length / 2) ?? "", end: tokens.at(-1) ?? "" };
    const latencies: Record<(typeof PLACES)[number], number[]> = { first: [], middle: [], end: [] };
    for (let call = 0; call < calls; call += 1) {
      for (const place of call % 2 ? PLACES : PLACES.toReversed()) {
        const startedAt = performance.now();
        const page = await list(PAGE_SIZE, tokenOf[place]);
        latencies[place].push(performance.now() - startedAt);
        if (page.users.length !== PAGE_SIZE) throw new Error(`${filter}: a page of ${page.users.length} users`);
      }
    }
    const p95Ms = {
      first: percentile(latencies.first, 0.95),
      middle: percentile(latencies.middle, 0.95),
      end: percentile(latencies.end, 0.95),
    };
    rounds.push({ filter, users, p95Ms });
  }
  return rounds;
}

/** Walks all pages. @returns the tokens of those that are followed by another one: of full pages. */
async function walk(
  list: (pageToken: string) => Promise<{ readonly users: readonly unknown[]; readonly nextPageToken: string }>,
): Promise<{ users: number; tokens: readonly string[] }> {
  const tokens: string[] = [];
  let users = 0;
  for (let pageToken = ""; ;) {
    const page = await list(pageToken);
    users += page.users.length;
    if (page.nextPageToken === "") return { users, tokens };
    tokens.push(pageToken);
    pageToken = page.nextPageToken;
  }
}
