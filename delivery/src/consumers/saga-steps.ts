import {
  AnonymiseDeliveriesSchema,
  ClosePersonSchema,
  ReopenPersonSchema,
} from "@animal-delivery/contracts/gen/delivery/v1/delivery_commands_pb";
import { command, step, type Step } from "@animal-delivery/platform/saga/step";
import { anonymisePerson } from "../app/anonymise-person.ts";
import { closePerson } from "../app/close-person.ts";
import { reopenPerson } from "../app/reopen-person.ts";

/** The steps that delivery takes in the deletion of a person. */
export const SAGA_STEPS: readonly Step[] = [
  step("courier", {
    take: command(ClosePersonSchema, (tx, { userId }) => closePerson(tx, userId)),
    undo: command(ReopenPersonSchema, (tx, { userId }) => reopenPerson(tx, userId)),
  }),
  step("deliveries", {
    take: command(AnonymiseDeliveriesSchema, (tx, { userId }) => anonymisePerson(tx, userId)),
  }),
];
