import type { Transport } from "@connectrpc/connect";
import { localTransport } from "@animal-delivery/platform/rpc/local-transport";
import { methodName } from "@animal-delivery/platform/rpc/method-name";
import { createHttpFace, type HttpFaceOptions } from "../alone/http-face.ts";
import { createMessenger, type MessengerConfig, type Resources } from "../service.ts";

export interface LocalFaceOptions extends Omit<HttpFaceOptions, "transport">, Pick<Resources, "store" | "callers"> {
  readonly config: MessengerConfig;
  readonly draining: AbortSignal;
  /** How often streams are looked at again; as in production unless given. */
  readonly recheckMs?: number;
}

/** The messenger's RPCs in this process and its REST over them. A refusal that the contract does not list is an error. */
export function localFace({ config, draining, recheckMs, ...options }: LocalFaceOptions) {
  const { authenticate, telemetry } = options;
  const service = createMessenger(config, options);
  const transport: Transport = localTransport(
    (router) => service.routes(router),
    {
      name: service.name,
      authenticate,
      telemetry,
      ...(recheckMs !== undefined && { deadline: { recheckMs } }),
      onUndocumentedRefusal: (method, { reason }) => {
        throw new Error(`the contract of ${methodName(method)} does not list the refusal ${reason}`);
      },
    },
    draining,
  );
  return { transport, app: createHttpFace({ ...options, transport }) };
}
