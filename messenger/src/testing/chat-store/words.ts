/** What a store must not read as anything but text; short enough for an alias, and of what one may be made of. */
export const VISIBLE: Record<string, string> = {
  "single quotes": "O'Brien''s; drop table chats; --",
  "double quotes": 'the "otter", ""',
  backslashes: "C:\\temp\\new \\\\ \\u0041 \\",
  "letters beyond the BMP": "🦦 𝔘𠮷",
  "combining letters": "e\u0301 שלום abc",
  JSON: '{"a":[1,null],"b":"\\""}',
  "the text of JSON's null": "null",
  Lua: "]] .. redis.call('FLUSHALL') --[[",
  placeholders: "$1 $2 ${x} %s %d ? :id @p1",
  braces: "{braces}{tag} {",
  "a number": "0012.50",
  "a large number": "90071992547409931234",
  "an object's properties": "__proto__ constructor",
  "a glob": "* ? [a-z] % _",
  HTML: "<b onclick=x>&amp;</b>",
};

/** The same of what no alias is made of, and a title may be. */
export const INVISIBLE: Record<string, string> = {
  "letters joined by what is not seen": "👩‍👩‍👧‍👦𝔘𠮷",
  "an override of right-to-left": "e\u0301 שלום \u202E abc",
};

/** The same of what neither is made of. */
export const UNPRINTABLE: Record<string, string> = { "a field separator": "a:b|c,d;e\u001Ff" };

/** Words that come as a whole in a header. */
export const KEYS: Record<string, string> = {
  "single quotes": "O'Brien''s;--",
  "double quotes": '"otter",""',
  backslashes: "C:\\temp\\\\\\u0041\\",
  JSON: '{"a":[1,null],"b":"\\""}',
  "the text of JSON's null": "null",
  Lua: "]]..redis.call('FLUSHALL')--[[",
  placeholders: "$1${x}%s%d?:id@p1",
  braces: "{braces}{tag}{",
  "a number": "0012.50",
  "a large number": "90071992547409931234",
  "an object's properties": "__proto__",
  "a glob": "*?[a-z]%_",
  "a path": "../../..?#%2F",
  HTML: "<b>&amp;</b>",
};
