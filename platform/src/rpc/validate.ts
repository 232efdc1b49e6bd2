import { createValidator, violationsToProto } from "@bufbuild/protovalidate";
import { create, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import type { Interceptor } from "@connectrpc/connect";
import { toConnectError } from "../error-codes.ts";
import { DomainError } from "../errors.ts";

/** One for the process: it compiles the rules of a message the first time it sees one, and keeps them. */
const validator = createValidator();

/** Compiles the rules of messages now, so that no first request waits for it. */
export function warmValidation(schemas: readonly DescMessage[]): void {
  for (const schema of schemas) validator.validate(schema, create(schema));
}

/** Refuses a request that breaks a rule of its contract: REQUEST_INVALID with `buf.validate.Violations`. */
export function validateInterceptor(domain: string): Interceptor {
  return (next) => async (request) => {
    const schema = request.method.input;
    if (!request.stream) {
      assertValid(schema, request.message, domain);
      return next(request);
    }
    return next({ ...request, message: validated(schema, request.message, domain) });
  };
}

async function* validated<D extends DescMessage>(
  schema: D,
  messages: AsyncIterable<MessageShape<D>>,
  domain: string,
): AsyncIterable<MessageShape<D>> {
  for await (const message of messages) {
    assertValid(schema, message, domain);
    yield message;
  }
}

/**
 * For messages that a handler puts together itself.
 *
 * @throws {ConnectError} the refusal REQUEST_INVALID, naming each field.
 */
export function assertValid<D extends DescMessage>(schema: D, message: MessageShape<D>, domain: string): void {
  const result = validator.validate(schema, message);
  if (result.kind === "valid") return;
  if (result.kind === "error") throw result.error;
  const refusal = new DomainError("invalid", "REQUEST_INVALID", "the request breaks a rule of the contract");
  const error = toConnectError(refusal, domain);
  const [value, desc] = violationsToProto(result.violations);
  error.details.push({ desc, value });
  throw error;
}
