import type { Transaction } from "@animal-delivery/platform/db/database";
import type { Telemetry } from "@animal-delivery/platform/telemetry/resources";
import { Counter } from "prom-client";

/** Tells operators how sign-ups and deletions end, once it is committed. */
export interface AccountObserver {
  /** @param reason of the contract; empty when it went well. */
  signUpEnded(tx: Transaction, userId: string, reason: string): void;
  /** @param reason of the contract, when it was given up; empty when the person was erased. */
  deletionEnded(tx: Transaction, userId: string, reason: string): void;
}

/** Logs and counts. Its counters live in the registry, so a registry takes one observer. */
export function observeAccounts({ log, meters }: Pick<Telemetry, "log" | "meters">): AccountObserver {
  const registers = [meters.registry];
  const labelNames = ["outcome"] as const;
  const signUps = new Counter({ name: "accounts_sign_ups_total", help: "Sign-ups that ended", labelNames, registers });
  const deletions = new Counter({
    name: "accounts_deletions_total",
    help: "Deletions that ended",
    labelNames,
    registers,
  });
  return {
    signUpEnded(tx, userId, reason) {
      tx.afterCommit(() => {
        signUps.inc({ outcome: reason === "" ? "completed" : "failed" });
        log.info("sign-up ended", { user_id: userId, reason });
      });
    },
    deletionEnded(tx, userId, reason) {
      tx.afterCommit(() => {
        deletions.inc({ outcome: reason === "" ? "erased" : "refused" });
        log.info("deletion ended", { user_id: userId, reason });
      });
    },
  };
}
