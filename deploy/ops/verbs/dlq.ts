import { create, toJson } from "@bufbuild/protobuf";
import {
  ListParkedResponseSchema,
  ParkedIn,
  ReplayParkedResponseSchema,
  SkipParkedResponseSchema,
  type ParkedEvent,
  type ReplayFailure,
  type ReplayParkedResponse,
} from "@animal-delivery/contracts/gen/operations/v1/operations_service_pb";
import { type Given, numberOf, oneOf, requiredText, serviceOf, textOf, timeOf } from "../arguments.ts";
import { ago, counted, table } from "../table.ts";
import { UsageError } from "../usage-error.ts";
import type { Answer, Call, Verb } from "../verb.ts";

const PAGE_MAX = 200;
const ONE_SERVICE = { min: 1, max: 1 };
const FILTERS = ["consumer", "type", "aggregate", "cause", "since", "until"];
const PLACES = { outbox: ParkedIn.OUTBOX, consumer: ParkedIn.CONSUMER } as const;

export const dlqVerbs: readonly Verb[] = [
  { name: "dlq list", options: ["in", "limit", ...FILTERS], words: ONE_SERVICE, run: list },
  { name: "dlq replay", options: ["event", ...FILTERS], flags: ["all"], words: ONE_SERVICE, run: replay },
  { name: "dlq skip", options: ["event", "reason", "consumer"], words: ONE_SERVICE, run: skip },
];

async function list({ services, as, ...given }: Call): Promise<Answer> {
  const operations = services.operations(serviceOf(given.words[0]));
  const limit = numberOf(given, "limit", 50);
  const place = textOf(given, "in");
  const parkedIn = place === "" ? ParkedIn.UNSPECIFIED : PLACES[oneOf(place, "--in", ["outbox", "consumer"])];
  const events: ParkedEvent[] = [];
  let pageToken = "";
  do {
    const pageSize = Math.min(PAGE_MAX, limit - events.length);
    const page = await operations.listParked({ ...filterOf(given), parkedIn, pageSize, pageToken }, as);
    events.push(...page.events);
    pageToken = page.nextPageToken;
  } while (pageToken !== "" && events.length < limit);

  const shown = table(["PARKED", "WHERE", "TYPE", "AGGREGATE", "EVENT", "PLACE", "CAUSE"], events.map(rowOf));
  const rest = pageToken === "" ? "" : `\nthere are more: --limit ${limit * 2}`;
  const text = events.length === 0 ? "nothing is parked" : `${shown}${rest}`;
  const json = toJson(ListParkedResponseSchema, create(ListParkedResponseSchema, { events, nextPageToken: pageToken }));
  return { text, json };
}

function rowOf(event: ParkedEvent): string[] {
  const { parkedAt, parkedIn, consumer, type, aggregateId, eventId, topic, partition, offset, cause, first, waiting } =
    event;
  const behind = waiting > 0n ? ` (${waiting} behind it)` : "";
  return [
    ago(parkedAt),
    parkedIn === ParkedIn.OUTBOX ? "outbox" : consumer,
    type,
    aggregateId,
    eventId,
    partition === undefined ? topic : `${topic}/${partition}/${offset}`,
    first ? `${cause}${behind}` : cause || "waits",
  ];
}

/** Asks until all of it is through: one answer may hold only a part. */
async function replay({ services, as, ...given }: Call): Promise<Answer> {
  const operations = services.operations(serviceOf(given.words[0]));
  const request = { ...filterOf(given), eventId: textOf(given, "event"), all: given.options["all"] === true };
  const { consumer: _, ...what } = request;
  if (!Object.values(what).some(Boolean)) {
    throw new UsageError("replay what? --event, --aggregate, --type, --cause, --since, --until or --all");
  }
  const failures = new Map<string, ReplayFailure>();
  let applied = 0n;
  let answer: ReplayParkedResponse;
  do {
    answer = await operations.replayParked(request, as);
    applied += answer.applied;
    for (const failure of answer.failures) failures.set(failure.eventId, failure);
  } while (answer.more && answer.applied > 0n);
  const { failed, more } = answer;
  const told = [...failures.values()];
  const rows = told.map(({ consumer, eventId, aggregateId, cause }) => [consumer, aggregateId, eventId, cause]);
  const stays = failed > 0n ? `\n${table(["CONSUMER", "AGGREGATE", "EVENT", "FAILED AGAIN"], rows)}` : "";
  const rest = more ? "\nthere was no time for the others: ask for fewer, by --type, --cause or --since" : "";
  const text = `${counted(applied, "event")} applied, ${counted(failed, "aggregate")} failed again${stays}${rest}`;
  const response = create(ReplayParkedResponseSchema, { applied, failed, more, failures: told });
  return { text, json: toJson(ReplayParkedResponseSchema, response), exitCode: failed > 0n || more ? 1 : 0 };
}

async function skip({ services, as, ...given }: Call): Promise<Answer> {
  const service = serviceOf(given.words[0]);
  const answer = await services.operations(service).skipParked(
    {
      consumer: textOf(given, "consumer") || service,
      eventId: requiredText(given, "event"),
      reason: requiredText(given, "reason"),
    },
    as,
  );
  const { aggregateId, waiting } = answer;
  const next =
    waiting === 0n
      ? "the aggregate takes part again"
      : `${counted(waiting, "event")} of the aggregate still parked: npm run ops -- dlq replay ${service} --aggregate ${aggregateId}`;
  return { text: `skipped; ${next}`, json: toJson(SkipParkedResponseSchema, answer) };
}

function filterOf(given: Given) {
  const { time: parkedAfter } = timeOf(given, "since");
  const { time: parkedBefore } = timeOf(given, "until");
  return {
    consumer: textOf(given, "consumer"),
    type: textOf(given, "type"),
    aggregateId: textOf(given, "aggregate"),
    cause: textOf(given, "cause"),
    ...(parkedAfter && { parkedAfter }),
    ...(parkedBefore && { parkedBefore }),
  };
}
