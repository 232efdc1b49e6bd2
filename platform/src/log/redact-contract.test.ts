import { create, type DescField, type DescMessage, type Message, ScalarType } from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import { describe, expect, it } from "vitest";
import { SERVICES } from "@animal-delivery/contracts/gen/services";
import { redact } from "./redact.ts";

const SECRET = "secret-77.125";
const SECRET_NUMBER = 77.125;
const DEPTH_MAX = 5;

const MESSAGES = SERVICES.flatMap(({ methods }) => methods.flatMap(({ input, output }) => [input, output]));

describe("redact, over every request and response of the contract", () => {
  it.each(MESSAGES.map((schema) => [schema.typeName, schema] as const))("tells no secret of %s", (_, schema) => {
    const text = JSON.stringify(redact(schema, filled(schema)));

    expect(text).not.toContain(String(SECRET_NUMBER));
  });

  it("meets marked fields there", () => {
    const texts = MESSAGES.map((schema) => JSON.stringify(redact(schema, filled(schema))));

    expect(texts.filter((text) => text.includes("[redacted]")).length).toBeGreaterThan(5);
  });
});

describe("the contract", () => {
  it("marks every text and number of a person: these are shown, and none of them is one", () => {
    const shown = new Set(MESSAGES.flatMap((schema) => [...unmarked(schema)]));

    expect([...shown].toSorted()).toEqual([
      "actor",
      "author_id",
      "breed",
      "chat_id",
      "client_id",
      "country",
      "courier_id",
      "currency",
      "customer_id",
      "delivery_id",
      "etag",
      "member_id",
      "next_page_token",
      "note_id",
      "order_id",
      "owner_id",
      "page_token",
      "product_id",
      "resume_token",
      "role",
      "roles",
      "session_id",
      "title",
      "user_id",
    ]);
  });
});

/** The texts and fractions in messages about people that logs and traces show. */
function* unmarked(schema: DescMessage, above: readonly DescMessage[] = []): Generator<string> {
  if (!/^(orders|delivery|users|notes|messenger|common)\./.test(schema.typeName) || above.includes(schema)) return;
  for (const field of schema.fields) {
    const isMarked = field.proto.options?.debugRedact ?? false;
    if (field.message) yield* unmarked(field.message, [...above, schema]);
    const mayTell =
      field.scalar !== undefined && [ScalarType.STRING, ScalarType.BYTES, ScalarType.DOUBLE].includes(field.scalar);
    if (mayTell && !isMarked) yield field.name;
  }
}

/** A message whose marked fields hold the secret; a message in a field is filled in turn. */
function filled(schema: DescMessage, depth = 0): Message {
  const message = reflect(schema, create(schema));
  for (const field of schema.fields) {
    const value = valueOf(field, depth);
    if (value === undefined) continue;
    if (field.fieldKind === "list") message.get(field).add(value);
    else message.set(field, value);
  }
  return message.message;
}

function valueOf(field: DescField, depth: number) {
  const isMarked = field.proto.options?.debugRedact ?? false;
  if (field.message) {
    const isOurs = !field.message.typeName.startsWith("google.");
    return isOurs && depth < DEPTH_MAX ? reflect(field.message, filled(field.message, depth + 1)) : undefined;
  }
  if (!isMarked) return undefined;
  return field.scalar === ScalarType.DOUBLE ? SECRET_NUMBER : SECRET;
}
