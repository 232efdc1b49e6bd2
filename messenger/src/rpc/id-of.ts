/** The chat of a request. A UUID may come in capitals; stores know one way to write it. */
export function idOf({ chatId }: { readonly chatId: string }): string {
  return chatId.toLowerCase();
}
