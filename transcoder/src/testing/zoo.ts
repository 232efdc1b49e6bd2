import { create, createFileRegistry, type DescService, type MessageInitShape, setExtension } from "@bufbuild/protobuf";
import {
  FieldDescriptorProto_Label as Label,
  type FieldDescriptorProtoSchema,
  FieldDescriptorProto_Type as Type,
  FileDescriptorProtoSchema,
  file_google_protobuf_field_mask,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
  MethodOptionsSchema,
} from "@bufbuild/protobuf/wkt";
import { http } from "@animal-delivery/contracts/gen/google/api/annotations_pb";
import { HttpRuleSchema } from "@animal-delivery/contracts/gen/google/api/http_pb";

type FieldInit = MessageInitShape<typeof FieldDescriptorProtoSchema>;
type RuleInit = MessageInitShape<typeof HttpRuleSchema>;

function field(number: number, name: string, type: Type | string, more: FieldInit = {}): FieldInit {
  const kind = typeof type === "string" ? { type: Type.MESSAGE, typeName: type } : { type };
  // protoc writes the JSON name into every descriptor; nothing else derives it.
  const jsonName = name.replaceAll(/_([a-z])/g, (_, c: string) => c.toUpperCase());
  return { number, name, jsonName, label: Label.OPTIONAL, ...kind, ...more };
}

function repeated(number: number, name: string, type: Type | string, more: FieldInit = {}): FieldInit {
  return field(number, name, type, { label: Label.REPEATED, ...more });
}

interface Rpc {
  readonly name: string;
  readonly input: string;
  readonly output: string;
  readonly rule: RuleInit;
  readonly clientStreaming?: boolean;
}

/** A service made of these RPCs over the messages below: what our own contract has no example of. */
export function zooService(rpcs: readonly Rpc[]): DescService {
  const method = rpcs.map(({ name, input, output, rule, clientStreaming = false }) => {
    const options = create(MethodOptionsSchema);
    setExtension(options, http, create(HttpRuleSchema, rule));
    return { name, inputType: `.zoo.v1.${input}`, outputType: `.zoo.v1.${output}`, options, clientStreaming };
  });
  const file = create(FileDescriptorProtoSchema, { ...FILE, service: [{ name: "ZooService", method }] });
  const known = [file_google_protobuf_timestamp, file_google_protobuf_wrappers, file_google_protobuf_field_mask];
  const registry = createFileRegistry(file, (name) => known.find((desc) => desc.proto.name === name)?.proto);
  const service = registry.getService("zoo.v1.ZooService");
  if (!service) throw new Error("the file has no service");
  return service;
}

const FILE = {
  name: "zoo/v1/zoo.proto",
  package: "zoo.v1",
  syntax: "proto3",
  dependency: ["google/protobuf/timestamp.proto", "google/protobuf/wrappers.proto", "google/protobuf/field_mask.proto"],
  enumType: [
    {
      name: "Kind",
      value: [
        { name: "KIND_UNSPECIFIED", number: 0 },
        { name: "KIND_CAT", number: 1 },
        { name: "KIND_DOG", number: 2 },
      ],
    },
  ],
  messageType: [
    {
      name: "ListAnimalsRequest",
      field: [
        field(1, "parent", Type.STRING),
        field(2, "name_prefix", Type.STRING),
        repeated(3, "tags", Type.STRING),
        repeated(4, "kinds", Type.ENUM, { typeName: ".zoo.v1.Kind" }),
        field(5, "filter", ".zoo.v1.Filter"),
        field(6, "wild", ".google.protobuf.BoolValue"),
        field(7, "mark", Type.BYTES),
        field(8, "chip", Type.INT64),
        repeated(9, "labels", ".zoo.v1.ListAnimalsRequest.LabelsEntry"),
        field(10, "weight", Type.DOUBLE),
        field(11, "read_mask", ".google.protobuf.FieldMask"),
      ],
      nestedType: [
        {
          name: "LabelsEntry",
          options: { mapEntry: true },
          field: [field(1, "key", Type.STRING), field(2, "value", Type.INT32)],
        },
      ],
    },
    {
      name: "Filter",
      field: [
        field(1, "age_min", Type.INT32),
        field(2, "tame", Type.BOOL),
        field(3, "seen_after", ".google.protobuf.Timestamp"),
        field(4, "inner", ".zoo.v1.Filter"),
      ],
    },
    {
      name: "Animal",
      field: [
        field(1, "animal_id", Type.STRING),
        repeated(2, "tags", Type.STRING),
        field(3, "filter", ".zoo.v1.Filter"),
        field(4, "chip", Type.INT64, { oneofIndex: 0 }),
        field(5, "brand", Type.STRING, { oneofIndex: 0 }),
        repeated(6, "filters", ".zoo.v1.Filter"),
        repeated(7, "labels", ".zoo.v1.Animal.LabelsEntry"),
        field(8, "kind", Type.ENUM, { typeName: ".zoo.v1.Kind" }),
        field(9, "mark", Type.BYTES),
        field(10, "tame", Type.BOOL),
        field(11, "age", Type.UINT32),
      ],
      nestedType: [
        {
          name: "LabelsEntry",
          options: { mapEntry: true },
          field: [field(1, "key", Type.STRING), field(2, "value", Type.INT32)],
        },
      ],
      oneofDecl: [{ name: "identity" }],
    },
  ],
};
