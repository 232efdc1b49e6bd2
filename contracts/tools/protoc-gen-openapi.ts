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

// A protoc plugin: buf runs it in the contract folder, with a CodeGeneratorRequest on stdin.
const request = fromBinary(CodeGeneratorRequestSchema, await buffer(process.stdin));
const descriptors = create(FileDescriptorSetSchema, { file: request.protoFile });
const contract = contractOf(descriptors, await readPolicy("."));
const base = JSON.parse(await readFile("openapi-extra/base.json", "utf8")) as BaseDocument;
const response = create(CodeGeneratorResponseSchema, {
  supportedFeatures: BigInt(Feature.PROTO3_OPTIONAL | Feature.SUPPORTS_EDITIONS),
  minimumEdition: Edition.EDITION_PROTO3,
  maximumEdition: Edition.EDITION_2024,
  file: [{ name: "openapi.json", content: `${JSON.stringify(openapiDocument(contract, base), undefined, 2)}\n` }],
});
process.stdout.write(toBinary(CodeGeneratorResponseSchema, response));
