import { getOption, hasOption, type DescMessage } from "@bufbuild/protobuf";
import { field as fieldRules, message as messageRules } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import type { Contract } from "../contract/read-contract.ts";
import { messagesOf, reachable } from "../contract/reachable.ts";

/** Nobody can derive a violation from an expression: every CEL rule has a counter-example on a request that reaches it. */
export function checkCelRules({ files, rpcs, options }: Contract): string[] {
  const requests = [...new Set(rpcs.map((rpc) => rpc.method.input))];
  const shown = new Set<string>();
  for (const request of requests) {
    const ids = new Set(options.counterExamples(request).map((counter) => counter.ruleId));
    for (const message of reachable(request)) {
      for (const rule of celRules(message)) if (ids.has(rule)) shown.add(`${message.typeName} ${rule}`);
    }
  }
  return files
    .flatMap(messagesOf)
    .flatMap((message) => celRules(message).map((rule) => ({ message, rule })))
    .filter(({ message, rule }) => !shown.has(`${message.typeName} ${rule}`))
    .map(({ message, rule }) => {
      return `${message.typeName}: CEL rule ${rule || "(without id)"} has no counter-example on a request that reaches it`;
    });
}

/** The ids of the CEL rules on the message and on its fields; a rule written as an expression alone is its own id. */
function celRules(message: DescMessage): string[] {
  const own = hasOption(message, messageRules) ? [getOption(message, messageRules)] : [];
  const onFields = message.fields.filter((field) => hasOption(field, fieldRules));
  return [...own, ...onFields.map((field) => getOption(field, fieldRules))].flatMap((rules) => {
    return [...rules.cel.map((rule) => rule.id), ...rules.celExpression];
  });
}
