import type { Queryable } from "../db/database.ts";
import type { Lag } from "../bus/bus.ts";

/** A member of a consumer group, as the database knows it. */
export interface MemberKey {
  readonly group: string;
  readonly memberId: number;
}

/** A partition that a member may read, for as long as the generation lasts. */
export interface Claim {
  readonly topic: string;
  readonly partition: number;
  readonly generation: string;
  /** The first record to read. */
  readonly nextOffset: bigint;
}

export interface LiveMember {
  readonly memberId: number;
  readonly topics: readonly string[];
}

/** The first half of the advisory locks of members; the second is the member's id. */
const MEMBER_LOCKS = 1_651_864_368;

/** A member lives while its session holds its lock and its lease lasts. */
const LIVE = `m.alive_until > now() and not m.stuck
  and exists (select from pg_locks l
               where l.locktype = 'advisory' and l.classid = ${MEMBER_LOCKS} and l.objid = m.member_id and l.objsubid = 2
                 and l.database = (select oid from pg_database where datname = current_database()))`;

/** Enters a group: takes the member's lock, then its row, and makes the group's rows for new partitions. */
export async function join(
  session: Queryable,
  { group, memberId }: MemberKey,
  topics: readonly string[],
  leaseMs: number,
): Promise<void> {
  await session.query("lock_member", "select pg_advisory_lock($1, $2)", [MEMBER_LOCKS, memberId]);
  await session.query(
    "insert_member",
    `insert into members (group_id, member_id, topics, alive_until)
     values ($1, $2, $3, now() + $4::bigint * interval '1 ms')`,
    [group, memberId, topics, leaseMs],
  );
}

/** Leaves a group: its partitions are free at once. */
export async function leave(session: Queryable, { group, memberId }: MemberKey): Promise<void> {
  await session.query("free_member", "update assignments set member_id = null where group_id = $1 and member_id = $2", [
    group,
    memberId,
  ]);
  await session.query("delete_member", "delete from members where group_id = $1 and member_id = $2", [group, memberId]);
}

/** Says that this member lives; false when the group has already forgotten it. */
export async function renew(
  session: Queryable,
  { group, memberId }: MemberKey,
  { leaseMs, stuck }: { leaseMs: number; stuck: boolean },
): Promise<boolean> {
  const { rowCount } = await session.query(
    "renew_member",
    `update members
        set alive_until = now() + $3::bigint * interval '1 ms', stuck = $4
      where group_id = $1 and member_id = $2`,
    [group, memberId, leaseMs, stuck],
  );
  return rowCount === 1;
}

/** The members that live, in an order that all of them agree on. */
export async function listLiveMembers(session: Queryable, group: string): Promise<LiveMember[]> {
  const { rows } = await session.query<{ member_id: number; topics: string[] }>(
    "list_live_members",
    `select m.member_id, m.topics from members m where m.group_id = $1 and ${LIVE} order by m.member_id`,
    [group],
  );
  return rows.map((row) => ({ memberId: row.member_id, topics: row.topics }));
}

/** Forgets members that died. */
export async function deleteDeadMembers(session: Queryable, group: string): Promise<void> {
  await session.query(
    "delete_dead_members",
    `delete from members m where m.group_id = $1 and m.alive_until < now() - interval '1 minute' and not (${LIVE})`,
    [group],
  );
}

/** The partitions of the topics, in order; makes the group's row of those it has never read. */
export async function listGroupPartitions(session: Queryable, group: string, topics: readonly string[]) {
  const { rows } = await session.query<{ topic: string; partition: number }>(
    "list_partitions",
    `with made as (
       insert into assignments (group_id, topic, partition, next_offset)
       select $1, p.topic, p.partition, p.first_offset
         from partitions p left join assignments a on a.group_id = $1 and a.topic = p.topic and a.partition = p.partition
        where p.topic = any($2) and a.topic is null
       on conflict do nothing
     )
     select topic, partition from partitions where topic = any($2) order by topic, partition`,
    [group, topics],
  );
  return rows;
}

/** What this member owns, as the database sees it: `topic`, partition and generation. */
export async function listOwned(session: Queryable, { group, memberId }: MemberKey) {
  const { rows } = await session.query<{ topic: string; partition: number; generation: string }>(
    "list_owned",
    "select topic, partition, generation from assignments where group_id = $1 and member_id = $2",
    [group, memberId],
  );
  return rows;
}

/** Takes those of the wanted partitions that nobody alive reads. An offset beyond the log starts at its beginning. */
export async function claim(
  session: Queryable,
  { group, memberId }: MemberKey,
  wanted: readonly { readonly topic: string; readonly partition: number }[],
): Promise<Claim[]> {
  const { rows } = await session.query<{ topic: string; partition: number; generation: string; next_offset: string }>(
    "claim_partitions",
    `update assignments a
        set member_id = $2, generation = a.generation + 1,
            next_offset = case when a.next_offset between p.first_offset and p.next_offset
                               then a.next_offset else p.first_offset end
       from unnest($3::text[], $4::int[]) as w (topic, partition)
       join partitions p using (topic, partition)
      where a.group_id = $1 and a.topic = w.topic and a.partition = w.partition
        and (a.member_id is null
             or not exists (select from members m where m.group_id = $1 and m.member_id = a.member_id and ${LIVE}))
     returning a.topic, a.partition, a.generation, a.next_offset`,
    [group, memberId, wanted.map(({ topic }) => topic), wanted.map(({ partition }) => partition)],
  );
  return rows.map((row) => ({ ...row, nextOffset: BigInt(row.next_offset) }));
}

/** Gives one partition back. */
export async function release(db: Queryable, { group, memberId }: MemberKey, { topic, partition, generation }: Claim) {
  await db.query(
    "release_partition",
    `update assignments set member_id = null
      where group_id = $1 and member_id = $2 and topic = $3 and partition = $4 and generation = $5`,
    [group, memberId, topic, partition, generation],
  );
}

/** Moves the group on in one partition; false when the partition is somebody else's by now. */
export async function commitOffset(
  db: Queryable,
  { group, memberId }: MemberKey,
  { topic, partition, generation }: Claim,
  nextOffset: bigint,
): Promise<boolean> {
  const { rowCount } = await db.query(
    "commit_offset",
    `update assignments set next_offset = $6
      where group_id = $1 and member_id = $2 and topic = $3 and partition = $4 and generation = $5`,
    [group, memberId, topic, partition, generation, nextOffset],
  );
  return rowCount === 1;
}

/** How far a group is behind in each partition; a group that never read is behind by all there is. */
export async function listLag(db: Queryable, group: string, topics: readonly string[]): Promise<Lag[]> {
  const { rows } = await db.query<{ topic: string; partition: number; records: string }>(
    "list_lag",
    `select p.topic, p.partition,
            p.next_offset - case when a.next_offset between p.first_offset and p.next_offset
                                 then a.next_offset else p.first_offset end as records
       from partitions p left join assignments a on a.group_id = $1 and a.topic = p.topic and a.partition = p.partition
      where p.topic = any($2)
      order by p.topic, p.partition`,
    [group, topics],
  );
  return rows.map(({ topic, partition, records }) => ({ topic, partition, records: BigInt(records) }));
}
