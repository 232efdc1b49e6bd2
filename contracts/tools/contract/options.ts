import {
  getOption,
  hasOption,
  toJson,
  type DescEnumValue,
  type DescExtension,
  type DescMessage,
  type DescMethod,
  type FileRegistry,
  type Message,
} from "@bufbuild/protobuf";

/** How an RPC is reached over REST. */
export interface Binding {
  readonly verb: "get" | "post" | "put" | "patch" | "delete";
  /** The template of google.api.http: `/v1/orders/{order_id}:cancel`. */
  readonly path: string;
  /** `*`, a field of the request, or empty for none. */
  readonly body: string;
  /** A field of the response, or empty for all of it. */
  readonly responseBody: string;
}

export interface AccessOption {
  readonly resource: string;
  readonly action: string;
}

interface CounterExample {
  readonly ruleId: string;
  readonly json: string;
}

/**
 * Our options, read with the extensions of the contract at hand. The generated ones cannot be imported here: this runs
 * before they exist.
 */
export interface Options {
  access(method: DescMethod): AccessOption | undefined;
  refusals(method: DescMethod): readonly string[];
  bindings(method: DescMethod): readonly Binding[];
  example(message: DescMessage): string | undefined;
  counterExamples(message: DescMessage): readonly CounterExample[];
  /** Of a reason: the kind's name without prefix: `NOT_FOUND`. */
  kind(value: DescEnumValue): string | undefined;
  /** Of a kind: its HTTP status, its gRPC code and its title. */
  status(value: DescEnumValue): number;
  grpcCode(value: DescEnumValue): string;
  title(value: DescEnumValue): string;
}

type Optioned = DescMethod | DescMessage | DescEnumValue;

export function readOptions(registry: FileRegistry): Options {
  const read = (desc: Optioned, name: string): unknown => {
    const extension = registry.getExtension(name);
    return extension && hasOption(desc, extension) ? plain(getOption(desc, extension), extension, registry) : undefined;
  };
  return {
    access: (method) => read(method, "common.v1.access") as AccessOption | undefined,
    refusals: (method) => (read(method, "common.v1.refusals") ?? []) as string[],
    bindings: (method) => bindingsOf(read(method, "google.api.http") as HttpRule | undefined),
    example: (message) => read(message, "common.v1.example") as string | undefined,
    counterExamples: (message) => (read(message, "common.v1.counter_examples") ?? []) as CounterExample[],
    kind: (value) => (read(value, "common.v1.kind") as string | undefined)?.replace("ERROR_KIND_", ""),
    status: (value) => (read(value, "common.v1.http_status") ?? 0) as number,
    grpcCode: (value) => (read(value, "common.v1.grpc_code") ?? "") as string,
    title: (value) => (read(value, "common.v1.title") ?? "") as string,
  };
}

/** An option's value as plain data: messages as their JSON, enum values as their names. */
function plain(value: unknown, extension: DescExtension, registry: FileRegistry): unknown {
  if (extension.fieldKind === "enum") return extension.enum.value[value as number]?.name;
  const { message } = extension;
  if (!message) return value;
  const json = (one: unknown) => toJson(message, one as Message, { registry });
  return Array.isArray(value) ? value.map(json) : json(value);
}

interface HttpRule extends Partial<Record<Binding["verb"], string>> {
  body?: string;
  responseBody?: string;
  additionalBindings?: HttpRule[];
}

const VERBS = ["get", "post", "put", "patch", "delete"] as const;

function bindingsOf(rule: HttpRule | undefined): Binding[] {
  if (!rule) return [];
  const own = VERBS.flatMap((verb): Binding[] => {
    const path = rule[verb];
    return path === undefined ? [] : [{ verb, path, body: rule.body ?? "", responseBody: rule.responseBody ?? "" }];
  });
  return [...own, ...(rule.additionalBindings ?? []).flatMap(bindingsOf)];
}
