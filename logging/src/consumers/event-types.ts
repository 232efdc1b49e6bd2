import { readdir } from "node:fs/promises";
import { createRegistry, type DescFile, type Registry } from "@bufbuild/protobuf";
import { file_common_v1_event_envelope } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";

/** The folder of the generated contract. */
const GEN = new URL("../../", import.meta.resolve("@animal-delivery/contracts/gen/common/v1/event_envelope_pb"));

/**
 * The messages of every `*_events.proto` of the contract, by full name. They are found by looking, so that a new event needs
 * no line here.
 */
export async function loadEventTypes(): Promise<Registry> {
  const names = await readdir(GEN, { recursive: true });
  const modules = await Promise.all(
    names.filter((name) => name.endsWith("_events_pb.ts")).map((name) => import(new URL(name, GEN).href)),
  );
  const files = modules.flatMap((module: object) => Object.values(module).filter(isFile));
  return createRegistry(file_common_v1_event_envelope, ...files);
}

function isFile(value: unknown): value is DescFile {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "file";
}
