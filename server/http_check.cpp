#include "http_check.h"

#include <algorithm>

namespace karez::relay {
namespace {

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [&](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// METHOD SP target SP HTTP/1.1, with an absolute path as target.
bool is_request_line(std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == 0 || first == std::string_view::npos || last <= first + 1) return false;
  const std::string_view target = line.substr(first + 1, last - first - 1);
  return target.front() == '/' && target.find(' ') == std::string_view::npos &&
         line.substr(last + 1) == "HTTP/1.1";
}

std::string_view name_of_status(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 413:
      return "Content Too Large";
    case 426:
      return "Upgrade Required";
    case 431:
      return "Request Header Fields Too Large";
    default:
      return "Service Unavailable";
  }
}

}  // namespace

std::optional<HeaderProblem> check_header(std::string_view header) {
  std::size_t fields = 0;
  bool is_first = true;
  while (!header.empty()) {
    const std::size_t end = header.find("\r\n");
    if (end == std::string_view::npos) return HeaderProblem{400, "the header does not end"};
    const std::string_view line = header.substr(0, end);
    header.remove_prefix(end + 2);
    if (line.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) {
      return HeaderProblem{400, "a line of the header holds a stray control character"};
    }
    if (is_first) {
      is_first = false;
      if (!is_request_line(line)) return HeaderProblem{400, "this is not an HTTP/1.1 request"};
      continue;
    }
    if (line.empty()) {
      if (header.empty()) return std::nullopt;
      return HeaderProblem{400, "something follows the header"};
    }
    if (line.front() == ' ' || line.front() == '\t')
      return HeaderProblem{400, "folded header lines are refused"};
    if (++fields > kHeaderFields) return HeaderProblem{431, "too many header fields"};
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return HeaderProblem{400, "a header line has no colon"};
    const std::string_view name = line.substr(0, colon);
    if (equals_ignoring_case(name, "transfer-encoding") || equals_ignoring_case(name, "te")) {
      return HeaderProblem{400, "transfer encodings are refused"};
    }
    if (equals_ignoring_case(name, "content-length") && trimmed(line.substr(colon + 1)) != "0") {
      return HeaderProblem{413, "requests here have no body"};
    }
  }
  return HeaderProblem{400, "the header does not end"};
}

std::string http_response(int status, std::string_view content_type, std::string_view body,
                          std::string_view more_fields) {
  std::string text = "HTTP/1.1 " + std::to_string(status) + " ";
  text.append(name_of_status(status))
      .append("\r\nServer: karez-relay\r\nConnection: close\r\nCache-Control: no-store");
  text.append("\r\nX-Content-Type-Options: nosniff\r\nContent-Type: ").append(content_type);
  text.append("\r\nContent-Length: ").append(std::to_string(body.size())).append("\r\n");
  text.append(more_fields).append("\r\n").append(body);
  return text;
}

}  // namespace karez::relay
