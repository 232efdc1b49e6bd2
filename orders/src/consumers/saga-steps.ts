import {
  AnonymiseOrdersSchema,
  CloseCustomerSchema,
  ReopenCustomerSchema,
} from "@animal-delivery/contracts/gen/orders/v1/order_commands_pb";
import { command, step, type Step } from "@animal-delivery/platform/saga/step";
import { anonymiseCustomer } from "../app/anonymise-customer.ts";
import { closeCustomer } from "../app/close-customer.ts";
import { reopenCustomer } from "../app/reopen-customer.ts";

/** The steps that orders takes in the deletion of a person. */
export const SAGA_STEPS: readonly Step[] = [
  step("customer", {
    take: command(CloseCustomerSchema, (tx, { userId }) => closeCustomer(tx, userId)),
    undo: command(ReopenCustomerSchema, (tx, { userId }) => reopenCustomer(tx, userId)),
  }),
  step("orders", {
    take: command(AnonymiseOrdersSchema, (tx, { userId }) => anonymiseCustomer(tx, userId)),
  }),
];
