import { createRegistry, toBinary, type DescFile, type DescService, type MessageInitShape } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code, type ConnectRouter } from "@connectrpc/connect";
import {
  ServerReflection,
  type ServerReflectionRequest,
  type ServerReflectionResponseSchema,
} from "@animal-delivery/contracts/gen/grpc/reflection/v1/reflection_pb";

type Answer = NonNullable<MessageInitShape<typeof ServerReflectionResponseSchema>["messageResponse"]>;

/** gRPC's reflection protocol: `buf curl` and its like find services and messages without the proto files. */
export function reflectionRoutes(router: ConnectRouter, services: readonly DescService[]): void {
  const served = [...services, ServerReflection];
  const registry = createRegistry(...served.map(({ file }) => file));
  const files = new Map<string, DescFile>();
  for (const { file } of served) addWithDependencies(files, file);

  const answer = ({ messageRequest }: ServerReflectionRequest): Answer => {
    switch (messageRequest.case) {
      case "listServices": {
        const service = served.map(({ typeName }) => ({ name: typeName }));
        return { case: "listServicesResponse", value: { service } };
      }
      case "fileByFilename":
        return fileAnswer(files.get(messageRequest.value));
      case "fileContainingSymbol":
        // A method or a field is found by its parent.
        return fileAnswer((registry.get(messageRequest.value) ?? registry.get(parentOf(messageRequest.value)))?.file);
      default:
        return errorAnswer(Code.Unimplemented, "extensions are not answered");
    }
  };

  router.service(ServerReflection, {
    async *serverReflectionInfo(requests) {
      for await (const request of requests) {
        yield { validHost: request.host, originalRequest: request, messageResponse: answer(request) };
      }
    },
  });
}

function addWithDependencies(files: Map<string, DescFile>, file: DescFile): Map<string, DescFile> {
  const name = `${file.name}.proto`;
  if (files.has(name)) return files;
  files.set(name, file);
  for (const dependency of file.dependencies) addWithDependencies(files, dependency);
  return files;
}

function fileAnswer(file: DescFile | undefined): Answer {
  if (!file) return errorAnswer(Code.NotFound, "no such file or symbol");
  const files = [...addWithDependencies(new Map(), file).values()];
  const fileDescriptorProto = files.map(({ proto }) => toBinary(FileDescriptorProtoSchema, proto));
  return { case: "fileDescriptorResponse", value: { fileDescriptorProto } };
}

function errorAnswer(code: Code, errorMessage: string): Answer {
  return { case: "errorResponse", value: { errorCode: code, errorMessage } };
}

function parentOf(symbol: string): string {
  return symbol.slice(0, Math.max(symbol.lastIndexOf("."), 0));
}
