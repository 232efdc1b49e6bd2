import { dashboardUrl } from "../build/dashboard.ts";
import { plain, type Look, type Word } from "../build/look.ts";

/** Beyond every number that is shown. */
const ENDLESS = 1e12;
/** Both ends of a range belong to it, so one range ends just below the next. */
const JUST = 1e-9;

interface Step {
  readonly from: number;
  readonly text: string;
}

/** Three words for a number that is good when small. */
export function words(good: string, warn: Step, bad: Step): readonly Word[] {
  return [
    { from: -ENDLESS, to: warn.from - JUST, text: good, colour: "good" },
    { from: warn.from, to: bad.from - JUST, text: warn.text, colour: "warn" },
    { from: bad.from, to: ENDLESS, text: bad.text, colour: "bad" },
  ];
}

/** Two words, where nothing lies between good and bad. */
export function eitherWord(good: string, bad: Step): readonly Word[] {
  return [
    { from: -ENDLESS, to: bad.from - JUST, text: good, colour: "good" },
    { from: bad.from, to: ENDLESS, text: bad.text, colour: "bad" },
  ];
}

/**
 * The look of a tile of words.
 *
 * @param noValue what stands there without an answer. The first word, where nothing is what one hopes for: it is good then.
 * @param leadsTo the dashboard that knows more, behind a click.
 */
export function wordLook(list: readonly Word[], noValue: string, leadsTo?: string): Look {
  const links = leadsTo === undefined ? [] : [{ title: "Where to look", url: dashboardUrl(leadsTo) }];
  return {
    unit: "short",
    words: list,
    noValue,
    thresholds: plain(list[0]?.text === noValue ? "good" : "quiet"),
    links,
  };
}
