import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  CodeGeneratorRequestSchema,
  CodeGeneratorResponse_Feature as Feature,
  CodeGeneratorResponseSchema,
  Edition,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import { contractOf } from "./contract/read-contract.ts";
import { readPolicy } from "./contract/policy.ts";
import { openapiDocument, type BaseDocument } from "./openapi/document.ts";
import { MESSENGER, PLATFORM } from "./openapi/face.ts";
import { partOf, type PartDocument } from "./openapi/part-of.ts";

// A protoc plugin: buf runs it in the contract folder, with a CodeGeneratorRequest on stdin.
const request = fromBinary(CodeGeneratorRequestSchema, await buffer(process.stdin));
const descriptors = create(FileDescriptorSetSchema, { file: request.protoFile });
const contract = contractOf(descriptors, await readPolicy("."));
const base = (await readJson("openapi-extra/base.json")) as BaseDocument;
const messenger = partOf(base, (await readJson("openapi-extra/messenger.json")) as PartDocument);
const documents = {
  "openapi.json": openapiDocument(contract, base, PLATFORM),
  "messenger.json": openapiDocument(contract, messenger, MESSENGER),
};
const response = create(CodeGeneratorResponseSchema, {
  supportedFeatures: BigInt(Feature.PROTO3_OPTIONAL | Feature.SUPPORTS_EDITIONS),
  minimumEdition: Edition.EDITION_PROTO3,
  maximumEdition: Edition.EDITION_2024,
  file: Object.entries(documents).map(([name, document]) => {
    return { name, content: `${JSON.stringify(document, undefined, 2)}\n` };
  }),
});
process.stdout.write(toBinary(CodeGeneratorResponseSchema, response));

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, "utf8"));
}
