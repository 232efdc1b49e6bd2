import { InvalidRequest } from "@animal-delivery/platform/http/problem";

/** A path of our own and nothing that a browser could read as another host: `//evil`, `/\evil`. */
const OWN_PATH = /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]{0,2047}$/;

/**
 * Where a login leads back to.
 *
 * @throws {InvalidRequest} for anything but a path of this origin.
 */
export function returnTo(text: string | undefined): string {
  if (text === undefined || text === "") return "/";
  if (!OWN_PATH.test(text))
    throw new InvalidRequest([{ field: "return_to", message: "must be a path of this origin" }]);
  return text;
}
