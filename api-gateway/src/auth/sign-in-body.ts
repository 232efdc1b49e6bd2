import { z } from "zod";

/** No account has a control character in its name, and a provider's database may not even take one. */
const Username = z
  .string()
  .min(1)
  .max(255)
  .regex(/^\P{Cc}*$/u, "must not hold control characters");

/** As accounts keeps it: in ASCII, without spaces around it, in lower case. */
const Email = z
  .string()
  .trim()
  .max(254)
  .regex(/^[\x21-\x7e]+@[\x21-\x7e]+$/, "must be an e-mail address in ASCII")
  .toLowerCase();

const Body = z.strictObject({
  email: Email.optional(),
  username: Username.optional(),
  password: z.string().min(1).max(1_024),
});

/** The body of a sign-in: who by `email` or `username`, one of them, and the password. */
export const SignInBody = Body.refine(({ email, username }) => (email === undefined) !== (username === undefined), {
  path: ["email"],
  message: "either email or username must be given",
}).transform(({ email, username = "", password }) => ({ name: email ?? username, password }));
