/** What a YAML file is made of here. */
export type Yaml = string | number | boolean | readonly Yaml[] | { readonly [key: string]: Yaml };

/** A value as a YAML document of blocks, with a comment on top. */
export function toYaml(comment: string, value: { readonly [key: string]: Yaml }): string {
  return `# ${comment}\n${mapping(value, "").join("\n")}\n`;
}

function mapping(value: { readonly [key: string]: Yaml }, indent: string): string[] {
  return Object.entries(value).flatMap(([key, item]) => {
    if (typeof item !== "object") return `${indent}${key}: ${scalar(item)}`;
    if (isFlat(item)) return `${indent}${key}: ${flow(item)}`;
    return [`${indent}${key}:`, ...block(item, `${indent}  `)];
  });
}

function block(value: Yaml, indent: string): string[] {
  if (isList(value)) return value.flatMap((item) => withDash(block(item, `${indent}  `), indent));
  if (typeof value === "object") return mapping(value, indent);
  return [`${indent}${scalar(value)}`];
}

function withDash(lines: readonly string[], indent: string): string[] {
  return lines.map((line, index) => (index === 0 ? `${indent}- ${line.trimStart()}` : line));
}

/** A list of words fits into one line. */
function isFlat(value: Yaml): value is readonly (string | number)[] {
  return isList(value) && value.every((item) => typeof item !== "object");
}

function isList(value: Yaml): value is readonly Yaml[] {
  return Array.isArray(value);
}

function flow(items: readonly (string | number)[]): string {
  return `[${items.map((item) => (/^[A-Za-z][\w.-]*$/.test(String(item)) ? item : JSON.stringify(item))).join(", ")}]`;
}

/** Text stands as it is where YAML takes it for nothing else; in quotes, as in JSON, otherwise. */
function scalar(value: string | number | boolean): string {
  if (typeof value !== "string") return String(value);
  const plain =
    /^[A-Za-z0-9(][^\n]*[^\s:]$|^\w$/.test(value) && !/: | #|^[\d.]+$|^(true|false|null|yes|no|on|off)$/i.test(value);
  return plain ? value : JSON.stringify(value);
}
