/** Something the person who starts the platform can put right; its message is shown to them as it is, without a stack. */
export class StartError extends Error {
  override readonly name = "StartError";
}
