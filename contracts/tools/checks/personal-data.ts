import type { DescMessage } from "@bufbuild/protobuf";
import type { Contract } from "../contract/read-contract.ts";
import { messagesOf, reachable } from "../contract/reachable.ts";

/** Events and commands carry ids and facts: no message of a *_events.proto or *_commands.proto reaches a field marked debug_redact. */
export function checkPersonalData({ files }: Contract): string[] {
  const events = files
    .filter((file) => file.name.endsWith("_events") || file.name.endsWith("_commands"))
    .flatMap(messagesOf);
  return events.flatMap((event) => {
    return [...reachable(event)].flatMap(personalFields).map((field) => {
      return `${event.file.name}.proto: ${event.typeName} reaches ${field}, which is personal (debug_redact)`;
    });
  });
}

function personalFields(message: DescMessage): string[] {
  const personal = message.fields.filter((field) => field.proto.options?.debugRedact);
  return personal.map((field) => `${message.typeName}.${field.name}`);
}
