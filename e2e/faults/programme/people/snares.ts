import { Client } from "pg";
import type { Stores } from "../stores.ts";
import { until } from "../until.ts";
import { PARTICIPANTS } from "./traces.ts";

/** Where a saga is caught: at one step, while it is taken or undone. */
export interface Place {
  readonly step: string;
  readonly action: "do" | "undo";
}

/** What happens there, by hand of the database of whoever is caught. */
export type Snare =
  /** The effect fails, each time. */
  | "fail"
  /** The effect stops before its commit. */
  | "stop effect"
  /** The reply is taken for sent. */
  | "lose reply"
  /** The command is taken for sent. */
  | "hold command"
  /** The orchestrator stops before its commit, having heard that the command was followed. */
  | "stop before commit"
  /** The same within its commit: what it asked for happens, and it does not hear of it. */
  | "stop in commit";

const LOCK = 4_711;
const STOPPED_MS_MAX = 120_000;

const TABLE = "create table if not exists fault_snares (step text, action text, what text)";

const CAUGHT = (what: string, step: string, action: string) =>
  `exists (select from fault_snares s where s.what = '${what}' and s.step = ${step} and s.action = ${action})`;

/** The kit writes of a step first that it was taken, or undone, when its effect is there. */
const OF_PARTICIPANT = [
  TABLE,
  `create or replace function fault_in_effect() returns trigger language plpgsql as $$
   declare act text := case when new.undone_at is not null then 'undo' else 'do' end;
   begin
     if ${CAUGHT("fail", "new.step", "act")} then raise exception 'a fault on purpose'; end if;
     if ${CAUGHT("stop effect", "new.step", "act")} then perform pg_advisory_xact_lock(${LOCK}); end if;
     return new;
   end $$`,
  `create or replace trigger fault_in_effect before update on saga_participations for each row
   when (new.done_at is distinct from old.done_at or new.undone_at is distinct from old.undone_at)
   execute function fault_in_effect()`,
  `create or replace function fault_in_reply() returns trigger language plpgsql as $$
   begin
     if exists (select from saga_participations p, fault_snares s
                 where p.saga_id = new.key and p.step = s.step and s.what = 'lose reply'
                   and case s.action when 'undo' then p.undone_at is not null
                                     else p.done_at is not null and p.undone_at is null end)
     then new.sent_at := now(); end if;
     return new;
   end $$`,
  `create or replace trigger fault_in_reply before insert on outbox for each row
   when (new.topic = 'saga.replies') execute function fault_in_reply()`,
];

const OF_ORCHESTRATOR = [
  TABLE,
  `create or replace function fault_in_command() returns trigger language plpgsql as $$
   begin
     if ${CAUGHT("hold command", "new.headers ->> 'step'", "new.headers ->> 'action'")} then new.sent_at := now(); end if;
     return new;
   end $$`,
  `create or replace trigger fault_in_command before insert on outbox for each row
   when (new.topic = 'saga.commands') execute function fault_in_command()`,
  ...(["stop before commit", "stop in commit"] as const).flatMap((what, index) => [
    `create or replace function fault_in_step_${index}() returns trigger language plpgsql as $$
     begin
       if ${CAUGHT(what, "new.step", "case new.state when 'done' then 'do' else 'undo' end")}
       then perform pg_advisory_xact_lock(${LOCK}); end if;
       return new;
     end $$`,
    `drop trigger if exists fault_in_step_${index} on saga_steps`,
    `create ${index === 0 ? "trigger" : "constraint trigger"} fault_in_step_${index} after update on saga_steps
     ${index === 0 ? "" : "deferrable initially deferred"} for each row
     when (new.state in ('done', 'undone') and new.state <> old.state) execute function fault_in_step_${index}()`,
  ]),
];

/** Lays snares in the databases of real services, which know nothing of them. */
export class Snares {
  #stores: Stores;

  private constructor(stores: Stores) {
    this.#stores = stores;
  }

  static async open(stores: Stores): Promise<Snares> {
    for (const name of PARTICIPANTS) for (const sql of OF_PARTICIPANT) await stores.database(name).query(sql);
    for (const sql of OF_ORCHESTRATOR) await stores.database("sagas").query(sql);
    return new Snares(stores);
  }

  async lay(what: Snare, { step, action }: Place): Promise<void> {
    await this.#everywhere("insert into fault_snares values ($1, $2, $3)", [step, action, what]);
  }

  async remove(what: Snare): Promise<void> {
    await this.#everywhere("delete from fault_snares where what = $1", [what]);
  }

  async removeAll(): Promise<void> {
    await this.#everywhere("delete from fault_snares", []);
  }

  /** Waits until somebody stands still in a service's database, has `kill` done, and lets go. */
  async atStop(service: string, kill: () => Promise<void>): Promise<void> {
    const { connectionString } = this.#stores.database(service).options;
    const holder = new Client({ connectionString });
    await holder.connect();
    try {
      await holder.query(`select pg_advisory_lock(${LOCK})`);
      const sql = `select from pg_locks where locktype = 'advisory' and objid = ${LOCK} and not granted
                     and database = (select oid from pg_database where datname = current_database())`;
      const stands = async () => ((await holder.query(sql)).rowCount ?? 0) > 0;
      await until(`${service} stands still`, STOPPED_MS_MAX, stands);
      await kill();
    } finally {
      await holder.end();
    }
  }

  async #everywhere(sql: string, values: unknown[]): Promise<void> {
    const services = [...PARTICIPANTS, "sagas"];
    await Promise.all(services.map((service) => this.#stores.database(service).query(sql, values)));
  }
}
