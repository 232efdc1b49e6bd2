import type { FaultCase } from "../fault-case.ts";
import { brokerAnswersLost } from "./broker-answers-lost.ts";
import {
  brokerKilled,
  clickhouseAway,
  clickhouseKilled,
  kafkaAway,
  keycloakAway,
  postgresRestarted,
} from "./engines-away.ts";
import { leaderKills, leaderMoves } from "./leaders.ts";
import { outboxFlood } from "./outbox-flood.ts";
import { partitionStuck } from "./partition-stuck.ts";
import { poisonEvent } from "./poison-event.ts";
import { redisKilled, redisStalled } from "./redis.ts";
import { sagaMatrix } from "./saga-matrix.ts";
import { sagaKills, sagaKillsOften } from "./sagas.ts";
import { membersChange, servicesKilled, servicesKilledOften } from "./services.ts";
import { tokensExpire } from "./token-expiry.ts";

/** The programme, in the order in which it runs. */
export const CASES: readonly FaultCase[] = [
  brokerKilled,
  leaderKills,
  leaderMoves,
  brokerAnswersLost,
  partitionStuck,
  outboxFlood,
  kafkaAway,
  clickhouseAway,
  clickhouseKilled,
  redisKilled,
  redisStalled,
  postgresRestarted,
  keycloakAway,
  poisonEvent,
  membersChange,
  servicesKilled,
  servicesKilledOften,
  sagaKills,
  sagaKillsOften,
  sagaMatrix,
  tokensExpire,
];
