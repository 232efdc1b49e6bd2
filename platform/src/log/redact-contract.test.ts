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
