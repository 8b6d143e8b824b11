// A CSV file as rows and cells, beside a second reader of RFC 4180 that is written here in another way; and
// every cell as a value of every field of the catalog.
#include <set>
#include <tuple>

#include "engine/replica/import_cells.h"
#include "fuzz.h"
#include "karez/base/text.h"
#include "karez/log/change.h"
#include "karez/replica/import.h"

namespace karez::fuzz {
namespace {

struct Row {
  std::vector<std::string> cells{""};
  bool is_blank = true;    ///< not one character
  bool is_broken = false;  ///< something stands behind a closing quote
};

/// The text as rows; nothing if a quote never closes. A table of states, a character at a time.
std::optional<std::vector<Row>> rows_of(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::vector<Row> rows;
  enum class State { start, plain, quoted, closed } state = State::start;
  Row row;
  const auto end_row = [&] {
    rows.push_back(std::exchange(row, {}));
    state = State::start;
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (state == State::quoted) {
      if (c != '"') {
        row.cells.back().push_back(c);
      } else if (at + 1 < text.size() && text[at + 1] == '"') {
        row.cells.back().push_back(text[++at]);
      } else {
        state = State::closed;
      }
      continue;
    }
    const bool ends_line = c == '\n' || (c == '\r' && (at + 1 == text.size() || text[at + 1] == '\n'));
    if (ends_line) {
      if (c == '\r' && at + 1 < text.size()) ++at;
      end_row();
      continue;
    }
    row.is_blank = false;
    if (c == ',') {
      row.cells.emplace_back();
      state = State::start;
    } else if (c == '"' && state == State::start) {
      state = State::quoted;
    } else {
      row.is_broken = row.is_broken || state == State::closed;
      if (state == State::start) state = State::plain;
      row.cells.back().push_back(c);
    }
  }
  if (state == State::quoted) return std::nullopt;
  if (!row.is_blank) rows.push_back(row);
  std::erase_if(rows, [](const Row& one) { return one.is_blank; });
  return rows;
}

bool is_text(const std::string& cell) { return is_utf8(cell) && cell.find('\0') == std::string::npos; }

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// What the table should be; nothing if the file is of no use.
std::optional<CsvTable> expected(std::string_view text) {
  auto rows = rows_of(text);
  if (!rows || rows->empty()) return std::nullopt;
  CsvTable table;
  Row& header = rows->front();
  if (header.is_broken) return std::nullopt;
  for (const std::string& name : header.cells) {
    if (!is_text(name)) return std::nullopt;
    table.header.push_back(trimmed(name));
  }
  for (std::size_t i = 1; i < rows->size(); ++i) {
    Row& row = (*rows)[i];
    const bool is_good = !row.is_broken && row.cells.size() == table.header.size() &&
                         std::all_of(row.cells.begin(), row.cells.end(), is_text);
    if (is_good) {
      table.rows.push_back({0, i, std::move(row.cells)});
    } else {
      table.bad_rows.push_back({i, ""});
    }
  }
  return table;
}

/// A value that a cell gives: within the form's limits, fitting the field, and the same after it was shown.
void check_cell(const Catalog& catalog, const Collection& collection, const Field& field,
                const std::string& cell) {
  constexpr int kZone = 480;
  const auto value = parse_cell(catalog, field, cell, kZone);
  if (!value) {
    FUZZ_CHECK(value.error().code == ErrorCode::refused && is_utf8(value.error().message));
    return;
  }
  const auto decoded = decode_value(encode_value(*value));
  FUZZ_CHECK(decoded.ok() && *decoded == *value);
  if (value->is_null()) return;
  Change change;
  change.author.bytes[0] = 1;
  change.seq = 2;
  change.operations.push_back(Create{collection.number, {{FieldName::catalog(field.number), *value}}});
  const auto content = encode(change);
  if (!content) FUZZ_CHECK(content.error().code == ErrorCode::too_large);
  // A set's cell is a list of values; a personal text is sealed before it stands in a field.
  if (field.merge == MergeKind::set || field.is_sealed) return;
  FUZZ_CHECK(fits(catalog, field, *value));
  const auto again = parse_cell(catalog, field, format_value(field, *value), kZone);
  FUZZ_CHECK(again.ok() && *again == *value);
}

/// One field of each kind: how a cell is read depends on nothing else of it.
const std::vector<std::pair<const Collection*, const Field*>>& kinds_of_fields() {
  static const auto kinds = [] {
    std::set<std::tuple<FieldType, MergeKind, std::string, std::int64_t>> seen;
    std::vector<std::pair<const Collection*, const Field*>> found;
    for (const Collection& collection : Catalog::built_in().collections()) {
      for (const Field& field : collection.fields) {
        if (seen.emplace(field.type, field.merge, field.enum_name, field.max).second) {
          found.emplace_back(&collection, &field);
        }
      }
    }
    return found;
  }();
  return kinds;
}

void check_cells(const CsvTable& table) {
  std::set<std::string> seen;
  for (const CsvRow& row : table.rows) {
    for (const std::string& cell : row.cells) {
      if (cell.size() > 64 || seen.size() >= 8 || !seen.insert(cell).second) continue;
      for (const auto& [collection, field] : kinds_of_fields()) {
        check_cell(Catalog::built_in(), *collection, *field, cell);
      }
    }
  }
}

}  // namespace

Verdict fuzz_one(ByteView bytes) {
  const std::string_view text = text_of(bytes);
  const auto wanted = expected(text);
  const MemoryWatch watch;
  const auto table = parse_csv(text);
  // An empty cell takes a comma in the file and a string in memory, in vectors that grow.
  FUZZ_CHECK(watch.peak_bytes() <= 64 * 1024 + 256 * bytes.size());
  FUZZ_CHECK(table.ok() == wanted.has_value());
  if (!table) {
    FUZZ_CHECK(table.error().code == ErrorCode::malformed && is_utf8(table.error().message));
    return Verdict::refused;
  }
  FUZZ_CHECK(table->header == wanted->header);
  FUZZ_CHECK(table->rows.size() == wanted->rows.size());
  for (std::size_t i = 0; i < table->rows.size(); ++i) {
    FUZZ_CHECK(table->rows[i].number == wanted->rows[i].number);
    FUZZ_CHECK(table->rows[i].cells == wanted->rows[i].cells);
  }
  FUZZ_CHECK(table->bad_rows.size() == wanted->bad_rows.size());
  for (std::size_t i = 0; i < table->bad_rows.size(); ++i) {
    FUZZ_CHECK(table->bad_rows[i].number == wanted->bad_rows[i].number);
    FUZZ_CHECK(!table->bad_rows[i].reason.empty());
  }
  check_cells(*table);
  return Verdict::taken;
}

}  // namespace karez::fuzz
