#include "xlsx_book.h"

#include <map>

#include "karez/base/table_limits.h"
#include "xml_stream.h"

namespace karez {
namespace {

/// A part's targets by relation id and by the last word of their types.
class Relations final : public XmlHandler {
 public:
  void begin(std::string_view name, const XmlAttributes& attributes) override {
    if (name != "Relationship") return;
    const std::string target(attributes.text("Target"));
    by_id[std::string(attributes.text("Id"))] = target;
    const std::string_view type = attributes.text("Type");
    const std::size_t slash = type.rfind('/');
    by_type[std::string(slash == std::string_view::npos ? type : type.substr(slash + 1))] = target;
  }
  void end(std::string_view) override {}
  void text(std::string_view) override {}

  std::map<std::string, std::string> by_id, by_type;
};

class Workbook final : public XmlHandler {
 public:
  void begin(std::string_view name, const XmlAttributes& attributes) override {
    if (name == "workbookPr") is_1904 = attributes.is_true("date1904");
    if (name != "sheet") return;
    sheets.push_back({std::string(attributes.text("name")), std::string(attributes.text("id")),
                      attributes.text("state") == "hidden" || attributes.text("state") == "veryHidden"});
  }
  void end(std::string_view) override {}
  void text(std::string_view) override {}

  std::vector<XlsxBook::SheetPart> sheets;  ///< `part` is a relation id yet
  bool is_1904 = false;
};

class Styles final : public XmlHandler {
 public:
  void begin(std::string_view name, const XmlAttributes& attributes) override {
    if (name == "numFmt") {
      const auto number = attributes.number("numFmtId");
      if (number) formats_[*number] = number_kind(attributes.text("formatCode"));
    } else if (name == "cellXfs") {
      is_cell_ = true;
    } else if (name == "xf" && is_cell_ && kinds.size() < kStyles) {
      const std::uint64_t format = attributes.number("numFmtId").value_or(0);
      const auto own = formats_.find(format);
      kinds.push_back(own == formats_.end() ? number_kind(format) : own->second);
    }
  }
  void end(std::string_view name) override {
    if (name == "cellXfs") is_cell_ = false;
  }
  void text(std::string_view) override {}

  std::vector<NumberKind> kinds;

 private:
  static constexpr std::size_t kStyles = 65536;  // more than Excel allows
  std::map<std::uint64_t, NumberKind> formats_;
  bool is_cell_ = false;
};

class SharedTexts final : public XmlHandler {
 public:
  explicit SharedTexts(XlsxBook& book) : book_(book) {}
  void begin(std::string_view name, const XmlAttributes&) override {
    if (name == "si") from_ = book_.texts.size();
    if (name == "rPh") ++reading_aids_;
    if (name == "t") is_text_ = reading_aids_ == 0;
  }
  void end(std::string_view name) override {
    if (name == "rPh") --reading_aids_;
    if (name == "t") is_text_ = false;
    if (name != "si") return;
    std::string one = without_escapes(book_.texts.substr(from_));
    if (one.size() > limits::kCellBytes) one.resize(limits::kCellBytes + 1);  // named where a cell shows it
    book_.texts.resize(from_);
    book_.texts += one;
    book_.ends.push_back(book_.texts.size());
  }
  void text(std::string_view part) override {
    if (is_text_) book_.texts += part;
  }

 private:
  XlsxBook& book_;
  std::size_t from_ = 0;
  int reading_aids_ = 0;
  bool is_text_ = false;
};

Status parse(const ZipArchive& archive, const std::string& part, std::uint64_t most, XmlHandler& handler) {
  KAREZ_ASSIGN(const auto stream, XmlStream::open(archive, part, most, handler));
  return stream->run();
}

/// A target as it stands in the archive: from its root, or beside the part that names it.
std::string resolved(const std::string& part, const std::string& target) {
  if (target.starts_with('/')) return target.substr(1);
  const std::size_t slash = part.rfind('/');
  std::string folder = slash == std::string::npos ? std::string() : part.substr(0, slash + 1);
  std::string rest = target;
  while (rest.starts_with("../")) {
    rest.erase(0, 3);
    const std::size_t up = folder.size() < 2 ? std::string::npos : folder.rfind('/', folder.size() - 2);
    folder.erase(up == std::string::npos ? 0 : up + 1);
  }
  return folder + rest;
}

std::string relations_of(const std::string& part) {
  const std::size_t slash = part.rfind('/');
  const std::size_t name = slash == std::string::npos ? 0 : slash + 1;
  return part.substr(0, name) + "_rels/" + part.substr(name) + ".rels";
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

}  // namespace

std::string without_escapes(std::string text) {
  std::size_t at = text.find("_x");
  if (at == std::string::npos) return text;
  std::string out = text.substr(0, at);
  while (at < text.size()) {
    int code = text.compare(at, 2, "_x") == 0 && at + 6 < text.size() && text[at + 6] == '_' ? 0 : -1;
    for (std::size_t i = at + 2; code >= 0 && i < at + 6; ++i) {
      const int digit = hex_digit(text[i]);
      code = digit < 0 ? -1 : code * 16 + digit;
    }
    // Only what is one byte is taken back; Excel writes nothing else so.
    if (code > 0 && code < 0x80) {
      out.push_back(static_cast<char>(code));
      at += 7;
    } else {
      out.push_back(text[at++]);
    }
  }
  return out;
}

std::optional<std::string_view> XlsxBook::text(std::uint64_t index) const {
  if (index >= ends.size()) return std::nullopt;
  const std::size_t from = index == 0 ? 0 : ends[index - 1];
  return std::string_view(texts).substr(from, ends[index] - from);
}

Result<XlsxBook> XlsxBook::read(const ZipArchive& archive) {
  std::string main = "xl/workbook.xml";
  if (archive.has("_rels/.rels")) {
    Relations top;
    KAREZ_TRY(parse(archive, "_rels/.rels", limits::kWorkbookPartBytes, top));
    const auto document = top.by_type.find("officeDocument");
    if (document != top.by_type.end()) main = resolved("", document->second);
  }
  if (!archive.has(main)) {
    return Error{
        ErrorCode::refused,
        "this ZIP archive is no XLSX workbook; nothing was imported: unpack it, or save the table as "
        ".xlsx or as CSV UTF-8"};
  }
  Workbook workbook;
  KAREZ_TRY(parse(archive, main, limits::kWorkbookPartBytes, workbook));
  Relations relations;
  KAREZ_TRY(parse(archive, relations_of(main), limits::kWorkbookPartBytes, relations));

  XlsxBook book;
  book.is_1904 = workbook.is_1904;
  for (SheetPart& sheet : workbook.sheets) {
    const auto target = relations.by_id.find(sheet.part);
    if (target == relations.by_id.end()) continue;
    sheet.part = resolved(main, target->second);
    // Charts and dialogs are sheets too, without cells.
    if (archive.has(sheet.part) && sheet.part.find("chartsheet") == std::string::npos)
      book.sheets.push_back(std::move(sheet));
  }
  const auto styles = relations.by_type.find("styles");
  if (styles != relations.by_type.end() && archive.has(resolved(main, styles->second))) {
    Styles read;
    KAREZ_TRY(parse(archive, resolved(main, styles->second), limits::kWorkbookPartBytes, read));
    book.kinds = std::move(read.kinds);
  }
  const auto shared = relations.by_type.find("sharedStrings");
  if (shared != relations.by_type.end() && archive.has(resolved(main, shared->second))) {
    SharedTexts read(book);
    KAREZ_TRY(parse(archive, resolved(main, shared->second), limits::kSharedTextBytes, read));
  }
  if (book.sheets.empty()) return bad_workbook("it has no sheet");
  return book;
}

}  // namespace karez
