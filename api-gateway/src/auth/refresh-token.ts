import { z } from "zod";

/** A refresh token in a body. RFC 6749, A.17: visible ASCII and spaces. */
export const RefreshToken = z
  .string()
  .min(1)
  .max(8_192)
  .regex(/^[\x20-\x7e]*$/, "must be visible ASCII");
