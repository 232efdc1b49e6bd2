/** A user that every embedded platform has. */
export interface SeededUser {
  readonly userId: string;
  readonly username: string;
  readonly email: string;
  /** Known to everybody who reads this file: such a platform listens on loopback only. */
  readonly password: string;
  /** Of that password. Made once, and with a salt that everybody knows as well: hashing six takes a start a second. */
  readonly passwordHash: string;
  readonly roles: readonly string[];
}

/** The users of a development platform; their ids never change. */
export const SEEDED_USERS: readonly SeededUser[] = [
  user(
    "a0000000-0000-4000-8000-000000000001",
    "customer",
    "customer",
    "u7x2Ue4+6bJUpc0vhItKIw$nfh5IP/fKH7bSkzBeSQeJIdpNNeaxa44EeJr/bY36xw",
  ),
  user(
    "a0000000-0000-4000-8000-000000000002",
    "customer2",
    "customer",
    "2xJgcA60NuA1DowU3/9dDg$q9VKfsx8/k2FC4zl/y2n3l19q5p+ceIrJYlWMNHZJN4",
  ),
  user(
    "b0000000-0000-4000-8000-000000000001",
    "courier",
    "courier",
    "luOjGxIvXCQbLBZ/o3/Glg$WwGZEox46STefdJo1KMXeO5vuShj2fKgq2Ay1jREYxc",
  ),
  user(
    "b0000000-0000-4000-8000-000000000002",
    "courier2",
    "courier",
    "CkzZ5aODA61HWlpFXAxsZg$Rc3AYSdTQ/gyMyjn8/kkWvq6Ec8gJsahLnTRCrblNzk",
  ),
  user(
    "c0000000-0000-4000-8000-000000000001",
    "dispatcher",
    "dispatcher",
    "FbyLEyB+HV7jspL0oe8z4Q$WoLrLqR7mrFqfg4FOFU7IkKovj8X/Iz4PbbvSfIYwlA",
  ),
  user(
    "d0000000-0000-4000-8000-000000000001",
    "admin",
    "admin",
    "yMNcNu0t4B7IuhMbVDwOwA$bXzcOjPGCk4niVtQrP5OjNGfF9vlU4e0BklbriLUJo8",
  ),
];

function user(userId: string, username: string, role: string, saltAndTag: string): SeededUser {
  const email = `${username}@animal-delivery.example`;
  const passwordHash = `$argon2id$v=19$m=65536,t=3,p=4$${saltAndTag}`;
  return { userId, username, email, password: `${username}-password`, passwordHash, roles: [role] };
}
