// The header of an HTTP request: our check beside Beast's parser. What the check lets pass, Beast reads
// whole, with the same request line and without a body, or refuses; and it never sees what the check refused.
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "fuzz.h"
#include "server/http_check.h"

namespace karez::fuzz {
namespace {

namespace http = boost::beast::http;

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

void check_with_beast(std::string_view header) {
  http::request_parser<http::empty_body> parser;
  parser.header_limit(relay::kHeaderBytes);
  parser.eager(true);
  boost::system::error_code failed;
  const std::size_t used = parser.put(boost::asio::buffer(header.data(), header.size()), failed);
  if (failed) return;
  FUZZ_CHECK(parser.is_done());
  FUZZ_CHECK(used == header.size());
  const auto& request = parser.get();
  FUZZ_CHECK(request.version() == 11);
  FUZZ_CHECK(!parser.chunked());
  FUZZ_CHECK(parser.content_length_remaining().value_or(0) == 0);
  const std::size_t end = header.find(' ');
  FUZZ_CHECK(view(request.method_string()) == header.substr(0, end));
  FUZZ_CHECK(header.substr(end + 1).starts_with(view(request.target())));
  FUZZ_CHECK(request.target().front() == '/');
  FUZZ_CHECK(request.find(http::field::transfer_encoding) == request.end());
  FUZZ_CHECK(static_cast<std::size_t>(std::distance(request.begin(), request.end())) <= relay::kHeaderFields);
}

/// The rules of http_check.h, said a second time for the text as a whole.
void check_rules(std::string_view header) {
  FUZZ_CHECK(header.ends_with("\r\n\r\n"));
  FUZZ_CHECK(header.find("\r\n\r\n") == header.size() - 4);
  FUZZ_CHECK(header.find('\0') == std::string_view::npos);
  FUZZ_CHECK(header.find("\r\n ") == std::string_view::npos &&
             header.find("\r\n\t") == std::string_view::npos);
  for (std::size_t at = 0; at < header.size(); ++at) {
    if (header[at] == '\n') FUZZ_CHECK(at > 0 && header[at - 1] == '\r');
    if (header[at] == '\r') FUZZ_CHECK(at + 1 < header.size() && header[at + 1] == '\n');
  }
}

}  // namespace

Verdict fuzz_one(ByteView bytes) {
  const std::string_view header = text_of(bytes.first(std::min(bytes.size(), relay::kHeaderBytes)));
  const auto problem = relay::check_header(header);
  if (problem) {
    FUZZ_CHECK(problem->status == 400 || problem->status == 413 || problem->status == 431);
    const std::string answer = relay::http_response(problem->status, "text/plain", problem->sentence + "\n");
    http::response_parser<http::empty_body> parser;
    parser.skip(true);
    boost::system::error_code failed;
    parser.put(boost::asio::buffer(answer), failed);
    FUZZ_CHECK(!failed && parser.is_header_done());
    return Verdict::refused;
  }
  check_rules(header);
  check_with_beast(header);
  return Verdict::taken;
}

}  // namespace karez::fuzz
