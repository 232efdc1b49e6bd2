import type { DescFile, DescMessage } from "@bufbuild/protobuf";

/** The message itself and every message that a field of it can hold, however deep. */
export function reachable(root: DescMessage): Set<DescMessage> {
  const found = new Set([root]);
  for (const message of found) {
    for (const field of message.fields) if (field.message) found.add(field.message);
  }
  return found;
}

/** Every message that the file defines, inside others too. */
export function messagesOf(file: DescFile): DescMessage[] {
  const found = [...file.messages];
  for (const message of found) found.push(...message.nestedMessages);
  return found;
}
