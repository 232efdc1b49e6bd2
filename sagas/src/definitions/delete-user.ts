import {
  AnonymiseDeliveriesSchema,
  ClosePersonSchema,
  ReopenPersonSchema,
} from "@animal-delivery/contracts/gen/delivery/v1/delivery_commands_pb";
import { EraseChatsSchema } from "@animal-delivery/contracts/gen/messenger/v1/messenger_commands_pb";
import { EraseNotesSchema } from "@animal-delivery/contracts/gen/notes/v1/note_commands_pb";
import {
  AnonymiseOrdersSchema,
  CloseCustomerSchema,
  ReopenCustomerSchema,
} from "@animal-delivery/contracts/gen/orders/v1/order_commands_pb";
import {
  CloseAccountSchema,
  DisableIdentitySchema,
  EraseIdentitySchema,
  EraseProfileSchema,
  ReopenAccountSchema,
  RestoreIdentitySchema,
} from "@animal-delivery/contracts/gen/users/v1/user_commands_pb";
import { command, saga, step, user, userAndReason } from "./define.ts";
import { LONG, SOON } from "./patience.ts";

/**
 * A user goes. First everybody who may object is asked, and each closes its door while the others are asked. Then everything
 * is erased: what is gone cannot be brought back, so from `notes` on the saga only goes forward, however long that takes. The
 * identity goes last: without it nobody would know any more whose data is left.
 */
export const deleteUser = saga("delete-user", [
  step("account", "accounts", {
    ...SOON,
    take: command(CloseAccountSchema, user),
    undo: command(ReopenAccountSchema, userAndReason),
  }),
  step("customer", "orders", {
    ...SOON,
    take: command(CloseCustomerSchema, user),
    undo: command(ReopenCustomerSchema, user),
  }),
  step("courier", "delivery", {
    ...SOON,
    take: command(ClosePersonSchema, user),
    undo: command(ReopenPersonSchema, user),
  }),
  step("sign-in", "accounts", {
    ...SOON,
    take: command(DisableIdentitySchema, user),
    undo: command(RestoreIdentitySchema, user),
  }),
  // The point of no return.
  step("notes", "notes", { ...LONG, take: command(EraseNotesSchema, user) }),
  step("chats", "messenger", { ...LONG, take: command(EraseChatsSchema, user) }),
  step("orders", "orders", { ...LONG, take: command(AnonymiseOrdersSchema, user) }),
  step("deliveries", "delivery", { ...LONG, take: command(AnonymiseDeliveriesSchema, user) }),
  step("profile", "accounts", { ...SOON, take: command(EraseProfileSchema, user) }),
  step("identity", "accounts", { ...SOON, take: command(EraseIdentitySchema, user) }),
]);
