// How the command speaks: documents and lines on stdout, everything else on stderr, tables whose columns hold
// wide characters, colours and progress only where a terminal reads them. One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/document.h"

namespace karez::cli {

/// A text that others wrote, safe to print: line breaks and tabs become spaces, other control characters "?".
[[nodiscard]] std::string one_line(std::string_view text);

/// At most `columns` wide; what is cut off shows as "…".
[[nodiscard]] std::string shortened(std::string_view text, std::size_t columns);

/// Rows under a header, columns aligned by what a terminal shows.
struct Table {
  std::vector<std::string> header;  ///< may be empty: no header is printed
  std::vector<std::vector<std::string>> rows;
  std::vector<bool> is_number;  ///< by column: aligned right; shorter: the rest is text
  std::size_t indent = 0;
};
[[nodiscard]] std::string layout(const Table& table);

enum class Colour { red, yellow, green, dim, bold };

class Console {
 public:
  Console();
  bool json = false;

  /// Prints the one document of this run (with --json).
  void document(const Document& document);
  /// One line or several on stdout; nothing with --json.
  void print(std::string_view text);
  /// The same on stderr, in both forms.
  void note(std::string_view text);
  /// `text` in a colour if stdout is a terminal.
  [[nodiscard]] std::string painted(Colour colour, const std::string& text) const;
  [[nodiscard]] bool is_terminal() const { return out_is_terminal_; }

  /// Progress of long work, drawn on stderr if that is a terminal, at most ten times a second.
  void progress(const std::string& what, std::uint64_t done, std::uint64_t of);
  void end_progress();
  /// False if stdout could not take everything (a full disk, a closed pipe).
  [[nodiscard]] bool flush();

 private:
  bool out_is_terminal_ = false;
  bool err_is_terminal_ = false;
  bool has_colours_ = false;
  bool is_drawn_ = false;
  std::chrono::steady_clock::time_point drawn_at_{};
};

/// The line that a progress bar shows.
[[nodiscard]] std::string progress_line(const std::string& what, std::uint64_t done, std::uint64_t of);

}  // namespace karez::cli
