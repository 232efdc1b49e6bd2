import type { AnyDesc, DescFile } from "@bufbuild/protobuf";
import type {
  DescriptorProto,
  EnumDescriptorProto,
  FileDescriptorProto,
  SourceCodeInfo_Location,
} from "@bufbuild/protobuf/wkt";

/** The comment above a service, RPC, message, field, enum or value, without its slashes; empty where there is none. */
export type CommentOf = (desc: Exclude<AnyDesc, DescFile>) => string;

/** Reads the comments from the source information that the compiler put into the descriptors. */
export function readComments(files: Iterable<DescFile>): CommentOf {
  const comments = new Map<object, string>();
  for (const file of files) {
    const locations = new Map((file.proto.sourceCodeInfo?.location ?? []).map((at) => [at.path.join(), at]));
    for (const [path, element] of elementsOf(file.proto)) {
      const comment = textOf(locations.get(path.join()));
      if (comment) comments.set(element, comment);
    }
  }
  return (desc) => comments.get(desc.proto) ?? "";
}

/** Lines of one paragraph are joined, paragraphs stay apart. */
function textOf(location: SourceCodeInfo_Location | undefined): string {
  const lines = (location?.leadingComments ?? "").split("\n").map((line) => line.trim());
  return lines
    .join("\n")
    .trim()
    .replaceAll(/([^\n])\n(?!\n)/g, "$1 ");
}

type Element = [path: number[], element: object];

/** Every element with its path: field numbers of descriptor.proto and indexes, in turn. */
function elementsOf(file: FileDescriptorProto): Element[] {
  return [
    ...file.messageType.flatMap((message, index) => messageElements(message, [4, index])),
    ...file.enumType.flatMap((enumeration, index) => enumElements(enumeration, [5, index])),
    ...file.service.flatMap((service, index): Element[] => [
      [[6, index], service],
      ...service.method.map((method, at): Element => [[6, index, 2, at], method]),
    ]),
  ];
}

function messageElements(message: DescriptorProto, path: number[]): Element[] {
  return [
    [path, message],
    ...message.field.map((field, index): Element => [[...path, 2, index], field]),
    ...message.nestedType.flatMap((nested, index) => messageElements(nested, [...path, 3, index])),
    ...message.enumType.flatMap((nested, index) => enumElements(nested, [...path, 4, index])),
  ];
}

function enumElements(enumeration: EnumDescriptorProto, path: number[]): Element[] {
  return [[path, enumeration], ...enumeration.value.map((value, index): Element => [[...path, 2, index], value])];
}
