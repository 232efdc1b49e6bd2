import { create, type DescService, type JsonValue, type Message, toJson } from "@bufbuild/protobuf";
import { createRouterTransport, type ServiceImpl } from "@connectrpc/connect";
import { createTranscoder, type Transcoder, type TranscoderOptions } from "../transcoder.ts";
import { TranscodingError } from "../transcoding-error.ts";

/** A transcoder whose RPCs note what they are asked and answer an empty message, or what `answer` makes of the request. */
export interface Echo {
  readonly transcoder: Transcoder<undefined>;
  /** The last request message, as JSON in the names of the proto. */
  readonly asked: () => JsonValue;
  readonly send: (target: string, init?: RequestInit) => Promise<Response>;
}

export function echo(
  service: DescService,
  answer: (request: Message) => Message | undefined = () => undefined,
  options: Partial<TranscoderOptions<undefined>> = {},
): Echo {
  let asked: JsonValue = null;
  const implementation = Object.fromEntries(
    service.methods.map((method) => [
      method.localName,
      (request: Message) => {
        asked = toJson(method.input, request, { useProtoFieldName: true });
        return answer(request) ?? create(method.output);
      },
    ]),
  ) as ServiceImpl<DescService>;
  const transport = createRouterTransport((router) => router.service(service, implementation));
  const transcoder = createTranscoder({
    services: [service],
    transport: () => transport,
    bodyBytesMax: 50_000,
    admit: () => ({}),
    problem: plainProblem,
    ...options,
  });
  const send = async (target: string, init?: RequestInit): Promise<Response> =>
    transcoder.handle(new Request(`http://test${target}`, init), undefined);
  return { transcoder, asked: () => asked, send };
}

const STATUS = { invalid: 400, notFound: 404, methodNotAllowed: 405, tooLarge: 413, unsupportedMediaType: 415 };

/** The least that a server makes of an error. */
export function plainProblem(error: unknown): Response {
  if (!(error instanceof TranscodingError)) return Response.json({ error: String(error) }, { status: 500 });
  const { kind, reason, violations, headers } = error;
  return Response.json({ reason, violations }, { status: STATUS[kind], headers });
}

/** A request with a JSON body. */
export function json(method: string, body: unknown, headers: Record<string, string> = {}): RequestInit {
  return { method, body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers } };
}
