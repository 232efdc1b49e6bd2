import type { UserDirectory } from "../directory/user-directory.ts";
import { awayContract } from "./directory/away-contract.ts";
import { emailContract } from "./directory/email-contract.ts";
import { makingContract } from "./directory/making-contract.ts";
import { passwordContract } from "./directory/password-contract.ts";
import { personContract } from "./directory/person-contract.ts";
import { sessionContract } from "./directory/session-contract.ts";

/** A provider with the users for development, and the directory over it. */
export interface DirectoryUnderTest {
  readonly directory: UserDirectory;
  /** Where the client `first-party` asks for tokens. */
  readonly tokenUrl: string;
  /** Of the user for development with this name. */
  userId(username: string): Promise<string>;
  /** The directory does not reach the provider any more; everybody else does. */
  close(): Promise<void>;
  open(): Promise<void>;
  /** What the directory asks reaches the provider, no answer comes back. Until `open`. */
  loseAnswers(): void;
}

/**
 * What every user directory must do. Each adapter's test runs this over a provider of its own; the cases share it, so each
 * has people of its own.
 */
export function userDirectoryContract(at: () => DirectoryUnderTest): void {
  makingContract(at);
  personContract(at);
  emailContract(at);
  passwordContract(at);
  sessionContract(at);
  awayContract(at);
}
