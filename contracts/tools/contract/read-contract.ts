import { createFileRegistry, fromBinary, type DescFile, type DescMethod, type FileRegistry } from "@bufbuild/protobuf";
import {
  FileDescriptorSetSchema,
  MethodOptions_IdempotencyLevel,
  type FileDescriptorSet,
} from "@bufbuild/protobuf/wkt";
import { buf } from "./buf.ts";
import { readComments, type CommentOf } from "./comments.ts";
import { readOptions, type AccessOption, type Binding, type Options } from "./options.ts";
import { readPolicy, type Policy } from "./policy.ts";

/** One RPC with everything the contract says of it. */
export interface Rpc {
  /** `orders.v1.OrderService.GetOrder`. */
  readonly name: string;
  readonly method: DescMethod;
  readonly access: AccessOption | undefined;
  readonly refusals: readonly string[];
  readonly bindings: readonly Binding[];
  /** Whether it changes nothing (NO_SIDE_EFFECTS): it needs no idempotency key and may be retried. */
  readonly reads: boolean;
}

/** The contract of a folder: our own files, what they define, and the policy beside them. */
export interface Contract {
  readonly registry: FileRegistry;
  /** Our files, without third-party ones, by name. */
  readonly files: readonly DescFile[];
  readonly rpcs: readonly Rpc[];
  readonly options: Options;
  readonly commentOf: CommentOf;
  readonly policy: Policy;
}

/** @throws {BufError} when the files do not compile. */
export async function readContract(folder: string): Promise<Contract> {
  const image = await buf(folder, "build", "-o", "-#format=binpb");
  return contractOf(fromBinary(FileDescriptorSetSchema, image), await readPolicy(folder));
}

/** The contract in a set of descriptors; ours are the packages that third_party does not hold. */
export function contractOf(descriptors: FileDescriptorSet, policy: Policy): Contract {
  const registry = createFileRegistry(descriptors);
  const files = [...registry.files].filter(isOwn).sort((a, b) => (a.name < b.name ? -1 : 1));
  const options = readOptions(registry);
  const methods = files.flatMap((file) => file.services).flatMap((service) => service.methods);
  const rpcs = methods.map((method): Rpc => ({
    name: `${method.parent.typeName}.${method.name}`,
    method,
    access: options.access(method),
    refusals: options.refusals(method),
    bindings: options.bindings(method),
    reads: method.idempotency === MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS,
  }));
  return { registry, files, rpcs, options, commentOf: readComments(files), policy };
}

const FOREIGN = /^(google|grpc|buf)\./;

function isOwn(file: DescFile): boolean {
  return !FOREIGN.test(file.proto.package);
}
