/**
 * What the queries of a panel must answer when the end-to-end suite has run, within the shown time:
 * - `suite`: rows, or a number other than zero;
 * - `faults`: the same, once the fault programme has run; before it, no error is enough;
 * - `mayBeZero`: numbers, where zero is what one hopes for;
 * - `mayBeEmpty`: anything but an error.
 */
export type Expectation = "suite" | "faults" | { readonly mayBeZero: string } | { readonly mayBeEmpty: string };
