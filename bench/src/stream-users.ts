import { setTimeout as sleep } from "node:timers/promises";
import { readStream } from "@animal-delivery/e2e/sse";
import { textAt } from "@animal-delivery/e2e/api";
import { memoryDuring, type Growth } from "./resident-memory.ts";
import { asAdmin, type AccountsUnderTest, type UsersUnderTest } from "./users-under-test.ts";

/** How the users are asked for: straight at accounts, or as server-sent events through the gateway. */
export const WAYS = ["gRPC", "REST"] as const;
export type Way = (typeof WAYS)[number];

/** A slow reader takes nothing at all for so long, so often. */
const STALL_MS = 3_000;
const STALLS = 10;
/** How many users accounts reads with one statement. */
const PAGE_USERS = 100;
/** A stream ends with its token: it is left and gone on with by a new one before. */
const TOKEN_MS = 200_000;

/** What one stream of all users was like. */
export interface StreamRound extends Growth {
  readonly rowsPerSecond: number;
  /** How many users accounts had read, at the most, beyond those that had arrived at a reader who took nothing. */
  readonly ahead: number;
}

interface Told {
  readonly userId: string;
  readonly resumeToken: string;
}

/**
 * Reads all users, from accounts in a process that did nothing before. The stream is cut in the middle, and before its
 * token expires, and gone on with.
 *
 * @throws {Error} unless each user arrived exactly once.
 */
export async function streamRound(
  platform: UsersUnderTest,
  way: Way,
  { count, slow }: { readonly count: number; readonly slow: boolean },
): Promise<StreamRound> {
  await using accounts = await platform.startAccounts();
  const cutAt = Math.floor(count / 2) + 17;
  const stallEvery = Math.floor(count / (STALLS + 1));
  let told = 0;
  let ahead = 0;
  let stalledMs = 0;
  let last: Told = { userId: "", resumeToken: "" };

  /** @returns whether the stream came to its end. */
  const read = async (): Promise<boolean> => {
    const token = await platform.adminToken();
    const until = performance.now() + TOKEN_MS;
    const open = way === "gRPC" ? overGrpc(accounts, token, last) : overRest(platform.baseUrl, token, last);
    const before = { statements: await accounts.statements("list_users_by_id"), told };
    for await (const user of open) {
      // By id, so whoever came a second time would not come after the one before.
      if (user.userId <= last.userId) throw new Error(`${user.userId} came after ${last.userId}`);
      last = user;
      told += 1;
      if (told === cutAt || performance.now() > until) return false;
      if (!slow || told % stallEvery !== 0) continue;
      await sleep(STALL_MS);
      stalledMs += STALL_MS;
      const statements = (await accounts.statements("list_users_by_id")) - before.statements;
      ahead = Math.max(ahead, statements * PAGE_USERS - (told - before.told));
    }
    return true;
  };

  const startedAt = performance.now();
  const growth = await memoryDuring(accounts.pid, async () => {
    while (!(await read()));
  });
  const seconds = (performance.now() - startedAt - stalledMs) / 1000;
  if (told !== count) throw new Error(`${told} users arrived, there are ${count}`);
  return { ...growth, rowsPerSecond: count / seconds, ahead };
}

async function* overGrpc(accounts: AccountsUnderTest, token: string, { resumeToken }: Told): AsyncGenerator<Told> {
  for await (const { user, resumeToken: next } of accounts.client.listUsersStream({ resumeToken }, asAdmin(token))) {
    yield { userId: user?.userId ?? "", resumeToken: next };
  }
}

async function* overRest(baseUrl: string, token: string, { resumeToken }: Told): AsyncGenerator<Told> {
  const lastEventId = resumeToken === "" ? {} : { lastEventId: resumeToken };
  for await (const { event, id, data } of readStream(`${baseUrl}/v1/users:stream`, { token, ...lastEventId })) {
    if (event === "problem") throw new Error(`the stream ended: ${JSON.stringify(data)}`);
    yield { userId: textAt(data, "user", "user_id"), resumeToken: id };
  }
}
