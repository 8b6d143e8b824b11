#include "damage.h"

#include <sqlite3.h>

#include "files.h"

namespace karez::fuzz {
namespace {

constexpr std::size_t kPage = 4096;
constexpr int kMostSteps = 64;

/// The file through SQLite, without any of the engine's care.
class Cells {
 public:
  explicit Cells(const std::string& path) {
    FUZZ_CHECK(sqlite3_open(path.c_str(), &handle_) == SQLITE_OK);
    run("PRAGMA ignore_check_constraints=ON; PRAGMA synchronous=OFF");
    tables_ =
        column("SELECT name FROM sqlite_schema WHERE type='table' AND name NOT LIKE 'sqlite%' ORDER BY name");
  }
  Cells(const Cells&) = delete;
  Cells& operator=(const Cells&) = delete;
  ~Cells() { sqlite3_close(handle_); }

  struct Step {
    std::uint8_t table, row, column, type;
    ByteView piece;
    explicit Step(Steps& steps)
        : table(steps.u8()), row(steps.u8()), column(steps.u8()), type(steps.u8()), piece(steps.piece()) {}
  };

  void set(const Step& step) {
    const std::string table = pick(tables_, step.table);
    const std::string where = row_of(table, step.row);
    const std::string name = pick(column("SELECT name FROM pragma_table_info('" + table + "')"), step.column);
    const ByteView piece = step.piece;
    sqlite3_stmt* statement = nullptr;
    const std::string sql = "UPDATE \"" + table + "\" SET \"" + name + "\"=?1 WHERE " + where;
    if (sqlite3_prepare_v2(handle_, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) return;
    const char* text = reinterpret_cast<const char*>(piece.data());
    const auto size = static_cast<int>(piece.size());
    switch (step.type % 4) {
      case 0:
        sqlite3_bind_null(statement, 1);
        break;
      case 1: {
        std::uint64_t number = 0;
        for (const std::uint8_t byte : piece) number = number << 8 | byte;
        sqlite3_bind_int64(statement, 1, static_cast<sqlite3_int64>(number));
        break;
      }
      case 2:
        sqlite3_bind_text(statement, 1, text == nullptr ? "" : text, size, SQLITE_TRANSIENT);
        break;
      default:
        sqlite3_bind_blob(statement, 1, text == nullptr ? "" : text, size, SQLITE_TRANSIENT);
        break;
    }
    sqlite3_step(statement);  // a value that the table's type refuses stays out
    sqlite3_finalize(statement);
  }

  void lose(std::uint8_t which, std::uint8_t row) {
    const std::string table = pick(tables_, which);
    run("DELETE FROM \"" + table + "\" WHERE " + row_of(table, row));
  }

  std::vector<std::string> texts() {
    return column("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name");
  }

 private:
  void run(const std::string& sql) { sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr); }

  std::vector<std::string> column(const std::string& sql) {
    std::vector<std::string> values;
    sqlite3_stmt* statement = nullptr;
    FUZZ_CHECK(sqlite3_prepare_v2(handle_, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW) {
      const auto* text = sqlite3_column_text(statement, 0);
      values.emplace_back(text == nullptr ? "NULL" : reinterpret_cast<const char*>(text));
    }
    sqlite3_finalize(statement);
    return values;
  }

  static std::string pick(const std::vector<std::string>& from, std::uint8_t which) {
    return from.empty() ? "" : from[which % from.size()];
  }

  /// A condition that the n-th row alone fulfils, in the order of the primary key.
  std::string row_of(const std::string& table, std::uint8_t which) {
    std::string key;
    std::string condition;
    for (const std::string& name :
         column("SELECT name FROM pragma_table_info('" + table + "') WHERE pk > 0")) {
      key += (key.empty() ? "" : ", ") + name;
    }
    if (key.empty()) key = "rowid";
    const auto rows = column("SELECT count(*) FROM \"" + table + "\"");
    const std::size_t count = std::stoul(rows.front());
    if (count == 0) return "0";
    return "(" + key + ") = (SELECT " + key + " FROM \"" + table + "\" ORDER BY " + key + " LIMIT 1 OFFSET " +
           std::to_string(which % count) + ")";
  }

  sqlite3* handle_ = nullptr;
  std::vector<std::string> tables_;
};

/// The file's bytes and its log's, for the steps that SQLite knows nothing of.
struct Files {
  std::string file;
  std::string log;

  std::size_t place(Steps& steps) const {
    const std::size_t page = steps.u16();
    const std::size_t offset = steps.u16() % kPage;
    return file.empty() ? 0 : (page * kPage + offset) % file.size();
  }
  void turn(std::size_t at, std::uint8_t mask) {
    if (at < file.size()) file[at] = static_cast<char>(file[at] ^ mask);
  }
  void overwrite(std::size_t at, std::string_view piece) {
    piece = piece.substr(0, file.size() - at);
    file.replace(at, piece.size(), piece);
  }
  void cut(std::size_t size) { file.resize(size % (file.size() + 1)); }
  void misplace(std::size_t from, std::size_t to) {
    const std::size_t pages = file.size() / kPage;
    if (pages > 0) file.replace(to % pages * kPage, kPage, std::string(file, from % pages * kPage, kPage));
  }
  /// A text longer than a page goes on elsewhere; its beginning stands in one piece.
  void letter(const std::string& text, std::size_t offset, std::uint8_t mask) {
    const std::size_t at = file.find(text.substr(0, 200));
    if (at != std::string::npos) turn(at + offset % text.size(), mask);
  }
};

/// One step, by `cells` or by `files`: whichever is there. The other one's are passed over.
void take_step(Steps& steps, Cells* cells, Files* files, const std::vector<std::string>& texts) {
  static const Files kNothing;
  const Files& measured = files != nullptr ? *files : kNothing;
  const std::uint8_t kind = steps.u8() % 8;
  if (kind == 0) {
    const std::size_t at = measured.place(steps);
    const std::uint8_t mask = steps.u8();
    if (files != nullptr) files->turn(at, mask);
  } else if (kind == 1) {
    const std::size_t at = measured.place(steps);
    const std::string_view piece = text_of(steps.piece());
    if (files != nullptr) files->overwrite(at, piece);
  } else if (kind == 2) {
    const std::size_t size = steps.u32();
    if (files != nullptr) files->cut(size);
  } else if (kind == 3) {
    const std::size_t from = steps.u16();
    const std::size_t to = steps.u16();
    if (files != nullptr) files->misplace(from, to);
  } else if (kind == 4) {
    const Cells::Step step(steps);
    if (cells != nullptr) cells->set(step);
  } else if (kind == 5) {
    const std::uint8_t table = steps.u8();
    const std::uint8_t row = steps.u8();
    if (cells != nullptr) cells->lose(table, row);
  } else if (kind == 6) {
    const std::string& text = texts[steps.u8() % texts.size()];
    const std::size_t offset = steps.u16();
    const std::uint8_t mask = steps.u8();
    if (files != nullptr) files->letter(text, offset, mask);
  } else {
    const std::string_view piece = text_of(steps.piece());
    if (files != nullptr) files->log = piece;
  }
}

}  // namespace

Damage::Damage(const std::string& path) : texts_(Cells(path).texts()) { FUZZ_CHECK(!texts_.empty()); }

void Damage::apply(const std::string& path, ByteView steps) const {
  {
    Cells cells(path);
    Steps list(steps);
    for (int i = 0; i < kMostSteps && !list.at_end(); ++i) take_step(list, &cells, nullptr, texts_);
  }
  Files files{read_file(path), {}};
  Steps list(steps);
  for (int i = 0; i < kMostSteps && !list.at_end(); ++i) take_step(list, nullptr, &files, texts_);
  write_file(path, files.file);
  if (!files.log.empty()) write_file(path + "-wal", files.log);
}

}  // namespace karez::fuzz
