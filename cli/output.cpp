#include "cli/output.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "karez/base/text.h"

namespace karez::cli {
namespace {

constexpr auto kRedrawEvery = std::chrono::milliseconds(100);
constexpr std::uint64_t kBarColumns = 30;

void write_line(std::FILE* file, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), file);
  std::fputc('\n', file);
}

/// Bytes of the character at the start; a byte that is not UTF-8 stands alone.
std::size_t character_length(std::string_view text) {
  std::size_t length = 1;
  while (length < text.size() && length < 4 && !is_utf8(text.substr(0, length))) ++length;
  return is_utf8(text.substr(0, length)) ? length : 1;
}

std::string aligned(const std::string& text, std::size_t columns, bool right) {
  if (!right) return padded(text, columns);
  const std::size_t width = display_width(text);
  return std::string(width < columns ? columns - width : 0, ' ') + text;
}

}  // namespace

std::string one_line(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = character_length(text.substr(i));
    const auto first = static_cast<unsigned char>(text[i]);
    const bool is_break = first == '\n' || first == '\r' || first == '\t';
    // U+0080 to U+009F are control characters too; a terminal obeys some of them.
    const bool is_high_control =
        length == 2 && first == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (is_break) {
      if (!out.empty() && out.back() != ' ') out.push_back(' ');
    } else if (first < 0x20 || first == 0x7F || is_high_control || (length == 1 && first >= 0x80)) {
      out.push_back('?');
    } else {
      out.append(text.substr(i, length));
    }
    i += length;
  }
  return out;
}

std::string shortened(std::string_view text, std::size_t columns) {
  if (display_width(text) <= columns) return std::string(text);
  std::string out;
  std::size_t width = 0;
  while (!text.empty()) {
    const std::string_view character = text.substr(0, character_length(text));
    width += display_width(character);
    if (width + 1 > columns) break;
    out.append(character);
    text.remove_prefix(character.size());
  }
  return out + "…";
}

std::string layout(const Table& table) {
  std::vector<std::size_t> widths;
  const auto measure = [&](const std::vector<std::string>& row) {
    if (widths.size() < row.size()) widths.resize(row.size());
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
  };
  measure(table.header);
  for (const auto& row : table.rows) measure(row);

  std::string out;
  const auto write = [&](const std::vector<std::string>& row) {
    std::string line(table.indent, ' ');
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool right = i < table.is_number.size() && table.is_number[i];
      line += (i == 0 ? "" : "  ") + aligned(row[i], widths[i], right);
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    out += (out.empty() ? "" : "\n") + line;
  };
  if (!table.header.empty()) write(table.header);
  for (const auto& row : table.rows) write(row);
  return out;
}

Console::Console()
    : out_is_terminal_(isatty(STDOUT_FILENO) == 1), err_is_terminal_(isatty(STDERR_FILENO) == 1) {
  const char* term = std::getenv("TERM");
  const bool is_dumb = term != nullptr && std::string_view(term) == "dumb";
  has_colours_ = out_is_terminal_ && !is_dumb && std::getenv("NO_COLOR") == nullptr;
}

void Console::document(const Document& document) {
  end_progress();
  write_line(stdout, out_is_terminal_ ? document.pretty() : document.line());
}

void Console::print(std::string_view text) {
  if (json) return;
  end_progress();
  write_line(stdout, text);
}

void Console::note(std::string_view text) {
  end_progress();
  std::fflush(stdout);  // what was printed before it comes first, also where both go to one file
  write_line(stderr, text);
}

std::string Console::painted(Colour colour, const std::string& text) const {
  if (!has_colours_) return text;
  const char* code = colour == Colour::red      ? "31"
                     : colour == Colour::yellow ? "33"
                     : colour == Colour::green  ? "32"
                     : colour == Colour::dim    ? "2"
                                                : "1";
  return std::string("\x1b[") + code + "m" + text + "\x1b[0m";
}

std::string progress_line(const std::string& what, std::uint64_t done, std::uint64_t of) {
  if (of == 0) return what + " " + std::to_string(done);
  const std::uint64_t shown = std::min(done, of);
  const auto full =
      static_cast<std::size_t>(static_cast<double>(shown) / static_cast<double>(of) * kBarColumns);
  return what + " [" + std::string(full, '#') + std::string(kBarColumns - full, '.') + "] " +
         std::to_string(done) + "/" + std::to_string(of);
}

void Console::progress(const std::string& what, std::uint64_t done, std::uint64_t of) {
  if (!err_is_terminal_) return;
  const auto now = std::chrono::steady_clock::now();
  if (is_drawn_ && now - drawn_at_ < kRedrawEvery && done < of) return;
  drawn_at_ = now;
  is_drawn_ = true;
  std::fprintf(stderr, "\r\x1b[K%s", shortened(progress_line(what, done, of), 78).c_str());
  std::fflush(stderr);
}

void Console::end_progress() {
  if (!is_drawn_) return;
  is_drawn_ = false;
  std::fputs("\r\x1b[K", stderr);
}

bool Console::flush() {
  end_progress();
  return std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
}

}  // namespace karez::cli
