import { chart } from "../build/chart.ts";
import type { Row } from "../build/dashboard.ts";
import { rising } from "../build/look.ts";
import { range } from "../build/query.ts";

/** What people say to each other, and who listens. */
export const chats: Row = {
  title: "Chats",
  panels: [
    chart({
      title: "Messages",
      description:
        "Written, and told to those who follow chats. Told falls to nothing while somebody writes: streams are cut, see the messenger in Services.",
      after: "suite",
      queries: [
        range("sum(rate(messenger_messages_total[$__rate_interval]))", "written"),
        range("sum(rate(messenger_messages_told_total[$__rate_interval]))", "told"),
      ],
      look: { unit: "suffix:/s", min: 0 },
      width: 12,
    }),
    chart({
      title: "Open streams",
      description:
        "Followers of chats, by process. A process holds some thousands; spread them over more of them before that.",
      after: { mayBeZero: "nobody may follow a chat" },
      queries: [range("sum by (instance) (messenger_streams_open)", "{{instance}}")],
      look: { unit: "short", decimals: 0, min: 0, thresholds: rising(2_000, 5_000) },
      width: 6,
    }),
    chart({
      title: "Chats made",
      description: "By people; rooms of deliveries come besides.",
      after: "suite",
      queries: [range("sum(increase(messenger_chats_created_total[$__rate_interval]))", "chats")],
      look: { unit: "short", decimals: 0, min: 0 },
      bars: true,
      width: 6,
    }),
  ],
};
