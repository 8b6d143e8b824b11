# Flattens JSON documents into lines "FILE path.to.key=value", sorted by whoever calls: enough to compare two documents
# with the tools of a bare Debian. Strings are kept as they stand.
function value(path,    c, key, i, text) {
  c = token()
  if (c == "{") {
    c = token()
    while (c != "}") {
      if (c == ",") c = token()
      key = substr(c, 2, length(c) - 2)
      token()  # the colon
      value(path == "" ? key : path "." key)
      c = token()
    }
  } else if (c == "[") {
    i = 0
    while ((c = peek()) != "]") {
      if (c == ",") { token(); continue }
      value(path "." i++)
    }
    token()
  } else {
    text = c
    gsub(/^"|"$/, "", text)
    print path "=" text
  }
}
function skip() { while (substr(all, at, 1) ~ /[ \t\r\n]/) at++ }
function peek(    before, c) { before = at; c = token(); at = before; return c }
function token(    start, c) {
  skip()
  c = substr(all, at, 1)
  start = at
  if (c == "\"") {
    for (at++; (c = substr(all, at, 1)) != "\""; at++) if (c == "\\") at++
    at++
  } else if (index("{}[]:,", c)) {
    at++
  } else {
    while (at <= length(all) && !index(",]} \t\r\n", substr(all, at, 1))) at++
  }
  return substr(all, start, at - start)
}
{ all = all $0 "\n" }
END { at = 1; value("") }
