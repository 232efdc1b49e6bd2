import type { CatalogueRpc } from "@animal-delivery/contracts/gen/catalogue";
import { textAt, type Api } from "../api.ts";
import { expectStatus } from "../story.ts";
import type { UserName } from "../target.ts";
import type { Values } from "./world.ts";

/** A private chat of the caller's, and somebody else in it, or before its door where the RPC is about those. */
export async function givenOwnChat(
  caller: Api,
  others: Readonly<Record<UserName, Api>>,
  { access }: Pick<CatalogueRpc, "access">,
): Promise<Values> {
  const other = caller.subject === others.customer2.subject ? others.customer : others.customer2;
  const chat = expectStatus(await caller.post("/v1/chats", { title: "Ferrets", private: true }), 201);
  const chat_id = textAt(chat, "chat_id");
  const request = expectStatus(await other.post(`/v1/chats/${chat_id}/join-requests`, {}), 200);
  const member_id = textAt(request, "member_id");
  if (access.action === "leave") {
    const decision = { decision: "JOIN_DECISION_ADMIT" };
    expectStatus(await caller.post(`/v1/chats/${chat_id}/join-requests/${member_id}:decide`, decision), 204);
  }
  return { chat_id, member_id };
}
