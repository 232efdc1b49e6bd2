import { fromJsonString, type DescMessage, type Message } from "@bufbuild/protobuf";
import { createValidator, type Validator } from "@bufbuild/protovalidate";
import type { Contract } from "../contract/read-contract.ts";

/** Every request has an example that is valid, and its counter-examples break the rule they name and no other. */
export function checkExamples(contract: Contract): string[] {
  const { registry, options, rpcs } = contract;
  // One for all: it compiles each rule once.
  const validator = createValidator({ registry });
  const requests = new Set(rpcs.map((rpc) => rpc.method.input));
  return [...requests].flatMap((request) => [
    ...checkExample(contract, validator, request),
    ...options.counterExamples(request).flatMap(({ ruleId, json }) => {
      const broken = rulesBroken(contract, validator, request, json);
      if (broken.length === 1 && broken[0] === ruleId) return [];
      return [
        `${request.typeName}: the counter-example for ${ruleId} must break that rule alone, ` +
          `but breaks ${broken.join("; ") || "none"}`,
      ];
    }),
  ]);
}

function checkExample(contract: Contract, validator: Validator, request: DescMessage): string[] {
  const json = contract.options.example(request);
  if (json === undefined) return [`${request.typeName}: option (common.v1.example) is missing`];
  const broken = rulesBroken(contract, validator, request, json);
  return broken.length === 0 ? [] : [`${request.typeName}: the example is not valid: ${broken.join("; ")}`];
}

/** The ids of the rules that the request breaks, or what keeps it from being read. */
function rulesBroken({ registry }: Contract, validator: Validator, request: DescMessage, json: string): string[] {
  let message: Message;
  try {
    message = fromJsonString(request, json, { registry });
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
  const result = validator.validate(request, message);
  if (result.kind === "error") return [result.error.message];
  return result.kind === "valid" ? [] : result.violations.map((violation) => violation.ruleId);
}
