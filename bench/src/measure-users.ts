import { measurePages } from "./list-pages.ts";
import { streamRound, WAYS } from "./stream-users.ts";
import { startUsersUnderTest } from "./users-under-test.ts";

const USERS = 1_000_000;
const CALLS = 400;

/** Streams and lists a million users, and prints what that takes. Some minutes. */
export async function measureUsers(): Promise<void> {
  await using platform = await startUsersUnderTest(USERS);
  console.log(`\nUsers: p95 of ListUsers, pages of 50, ${CALLS} calls for each place in turn`);
  for (const { name, p95Ms } of await measurePages(platform, CALLS)) {
    const [first, middle, end] = [p95Ms.first, p95Ms.middle, p95Ms.end].map((ms) => ms.toFixed(2));
    const worst = Math.max(p95Ms.middle, p95Ms.end) / p95Ms.first;
    console.log(
      `  ${name.padEnd(24)} first ${first} ms, middle ${middle} ms, end ${end} ms   ` +
        `${worst.toFixed(2)} of the first at the most`,
    );
  }

  const number = USERS.toLocaleString("en-US");
  console.log(
    `\nUsers: ListUsersStream of ${number}, cut in the middle and gone on with; accounts as a process of its own`,
  );
  for (const way of WAYS) {
    for (const slow of [false, true]) {
      const { rowsPerSecond, before, peak, ahead } = await streamRound(platform, way, { count: USERS, slow });
      const reader = slow ? `, reader stalls (accounts at most ${ahead} users ahead)` : "";
      console.log(
        `  ${way.padEnd(5)} ${rowsPerSecond.toFixed(0).padStart(6)} users/s   memory ${before.toFixed(0)} MB before, ` +
          `${peak.toFixed(0)} MB at the most, +${(peak - before).toFixed(0)} MB${reader}`,
      );
    }
  }
}
