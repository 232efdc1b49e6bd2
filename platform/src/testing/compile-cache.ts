/**
 * What a program that a test starts in an environment of its own should find there besides: where the code lies that the
 * programs before it compiled.
 */
export function compileCache(): { NODE_COMPILE_CACHE?: string } {
  const { NODE_COMPILE_CACHE } = process.env;
  return NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE };
}
