import type { Database } from "@animal-delivery/platform/db/database";
import { type AdapterFactory, errors } from "oidc-provider";
import {
  consumePayload,
  deletePayload,
  deletePayloadsOfGrant,
  endGrant,
  findPayload,
  findPayloadByUid,
  savePayload,
} from "./payload-repository.ts";

/** Lets oidc-provider keep what it must in Postgres. */
export function providerAdapter(db: Database): AdapterFactory {
  return (model) => ({
    upsert: (id, payload, expiresIn) => savePayload(db, model, id, payload, expiresIn),
    find: (id) => findPayload(db, model, id),
    findByUid: (uid) => findPayloadByUid(db, model, uid),
    // The device flow is off.
    findByUserCode: async () => undefined,
    consume: (id) => consume(db, model, id),
    destroy: (id) => deletePayload(db, model, id),
    revokeByGrantId: (grantId) => deletePayloadsOfGrant(db, grantId),
  });
}

/**
 * The provider looked at the token before, but another request may have used it meanwhile. A token used twice is a token
 * that two have: the whole family ends, whoever was first.
 */
async function consume(db: Database, model: string, id: string): Promise<void> {
  if (await consumePayload(db, model, id)) return;
  const payload = await findPayload(db, model, id);
  if (payload?.grantId !== undefined) await endGrant(db, payload.grantId);
  throw new errors.InvalidGrant("used twice at the same time");
}
