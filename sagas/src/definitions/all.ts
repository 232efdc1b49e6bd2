import type { SagaDefinition } from "./define.ts";
import { deleteUser } from "./delete-user.ts";
import { signUp } from "./sign-up.ts";

/** Every saga there is. */
export const DEFINITIONS: readonly SagaDefinition[] = [signUp, deleteUser];
