/** A user that every embedded platform has. */
export interface SeededUser {
  readonly userId: string;
  readonly username: string;
  readonly email: string;
  /** Known to everybody who reads this file: such a platform listens on loopback only. */
  readonly password: string;
  readonly roles: readonly string[];
}

/** The users of a development platform; their ids never change. */
export const SEEDED_USERS: readonly SeededUser[] = [
  user("a0000000-0000-4000-8000-000000000001", "customer", "customer"),
  user("a0000000-0000-4000-8000-000000000002", "customer2", "customer"),
  user("b0000000-0000-4000-8000-000000000001", "courier", "courier"),
  user("b0000000-0000-4000-8000-000000000002", "courier2", "courier"),
  user("c0000000-0000-4000-8000-000000000001", "dispatcher", "dispatcher"),
  user("d0000000-0000-4000-8000-000000000001", "admin", "admin"),
];

function user(userId: string, username: string, role: string): SeededUser {
  const email = `${username}@animal-delivery.example`;
  return { userId, username, email, password: `${username}-password`, roles: [role] };
}
