/** An e-mail address as it is kept and compared. The contract lets only ASCII through, so every alphabet agrees on it. */
export function normalEmail(email: string): string {
  return email.toLowerCase();
}
