import { fileURLToPath } from "node:url";
import type { DescEnum, DescMessage } from "@bufbuild/protobuf";
import { file_buf_validate_validate as embedded } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { describe, expect, it } from "vitest";
import { readContract } from "../tools/contract/read-contract.ts";
import { messagesOf } from "../tools/contract/reachable.ts";

const CONTRACTS = fileURLToPath(new URL("..", import.meta.url));

describe("third_party/buf/validate/validate.proto", () => {
  it("defines the rules that the installed protovalidate knows", async () => {
    const { registry } = await readContract(CONTRACTS);
    const file = registry.getFile("buf/validate/validate.proto");

    expect(file && messagesOf(file).map(fieldsOf)).toEqual(messagesOf(embedded).map(fieldsOf));
    expect(file?.enums.map(valuesOf)).toEqual(embedded.enums.map(valuesOf));
    expect(file?.extensions.map(({ typeName, number }) => [typeName, number])).toEqual(
      embedded.extensions.map(({ typeName, number }) => [typeName, number]),
    );
  });
});

function fieldsOf(message: DescMessage): unknown {
  return [message.typeName, message.fields.map(({ name, number }) => `${name} = ${number}`).sort()];
}

function valuesOf(enumeration: DescEnum): unknown {
  return [enumeration.typeName, enumeration.values.map(({ name, number }) => `${name} = ${number}`)];
}
