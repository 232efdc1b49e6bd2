import { clone, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import { reflect, type ReflectMessage } from "@bufbuild/protobuf/reflect";
import { DomainError } from "../errors.ts";

export interface Merge<D extends DescMessage> {
  readonly schema: D;
  readonly current: MessageShape<D>;
  readonly given: MessageShape<D>;
  /** Which fields of `given` count, as protobuf has them: `title`, `animal.breed`. */
  readonly paths: readonly string[];
  /** Fields that the service makes, whoever names them. */
  readonly immutable: ReadonlySet<string>;
}

/**
 * The current message with the fields that a mask names taken from the given one. Whether the result keeps the rules of the
 * contract is another question.
 *
 * @throws {DomainError} invalid REQUEST_INVALID for a path that names no field or one that cannot change.
 */
export function mergeFields<D extends DescMessage>(merge: Merge<D>): MessageShape<D> {
  const { schema, current, given, paths, immutable } = merge;
  const merged = clone(schema, current);
  for (const path of paths) {
    const [name = "", ...inner] = path.split(".");
    const known = !immutable.has(name) && copyField(reflect(schema, merged), reflect(schema, given), name, inner);
    if (!known) throw pathRefused(path);
  }
  return merged;
}

/** Copies one field, or one inside it; whether there is such a field. */
function copyField(to: ReflectMessage, from: ReflectMessage, name: string, [next, ...rest]: string[]): boolean {
  const field = to.fields.find((field) => field.name === name);
  if (!field) return false;
  if (next !== undefined) {
    return field.fieldKind === "message" && copyField(to.get(field), from.get(field), next, rest);
  }
  if (from.isSet(field)) to.set(field, from.get(field));
  else to.clear(field);
  return true;
}

function pathRefused(path: string): DomainError {
  return new DomainError("invalid", "REQUEST_INVALID", "update_mask names a field that cannot be changed", {
    field: "update_mask",
    path,
  });
}
