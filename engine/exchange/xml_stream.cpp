#include "xml_stream.h"

#include <expat.h>

#include <charconv>

#include "karez/base/table_limits.h"

namespace karez {
namespace {

constexpr int kXmlBytes = 16 * 1024;                 // read at a time
constexpr int kXmlDepth = 64;                        // a sheet needs seven
constexpr std::int64_t kXmlWordBytes = 1024 * 1024;  // the longest tag: expat reads an unfinished one again

std::string_view local_name(const char* name) {
  const std::string_view whole(name);
  const std::size_t colon = whole.rfind(':');
  return colon == std::string_view::npos ? whole : whole.substr(colon + 1);
}

}  // namespace

const char* XmlAttributes::find(std::string_view name) const {
  for (const char** pair = pairs_; *pair != nullptr; pair += 2) {
    if (local_name(pair[0]) == name) return pair[1];
  }
  return nullptr;
}

std::string_view XmlAttributes::text(std::string_view name) const {
  const char* found = find(name);
  return found == nullptr ? std::string_view() : std::string_view(found);
}

std::optional<std::uint64_t> XmlAttributes::number(std::string_view name) const {
  const std::string_view digits = text(name);
  std::uint64_t value = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (digits.empty() || read.ec != std::errc() || read.ptr != digits.data() + digits.size())
    return std::nullopt;
  return value;
}

bool XmlAttributes::is_true(std::string_view name) const { return text(name) == "1" || text(name) == "true"; }

XmlStream::XmlStream(std::string name, std::unique_ptr<ZipEntry> entry, XmlHandler& handler)
    : name_(std::move(name)),
      entry_(std::move(entry)),
      handler_(handler),
      parser_(XML_ParserCreate(nullptr)) {
  ENSURE(parser_ != nullptr);
  XML_SetUserData(parser_, this);
  XML_SetElementHandler(parser_, on_begin, on_end);
  XML_SetCharacterDataHandler(parser_, on_text);
  XML_SetStartDoctypeDeclHandler(parser_, on_doctype);
}

XmlStream::~XmlStream() { XML_ParserFree(parser_); }

Result<std::unique_ptr<XmlStream>> XmlStream::open(const ZipArchive& archive, const std::string& name,
                                                   std::uint64_t most, XmlHandler& handler) {
  KAREZ_ASSIGN(auto entry, archive.entry(name, most));
  return std::unique_ptr<XmlStream>(new XmlStream(name, std::move(entry), handler));
}

void XmlStream::on_begin(void* self, const char* name, const char** attributes) {
  auto& stream = *static_cast<XmlStream*>(self);
  if (stream.error_) return;
  stream.heard_ = stream.fed_;
  if (++stream.depth_ > kXmlDepth) return stream.fail(bad_workbook(stream.name_ + " is nested too deeply"));
  stream.handler_.begin(local_name(name), XmlAttributes(attributes));
}

void XmlStream::on_end(void* self, const char* name) {
  auto& stream = *static_cast<XmlStream*>(self);
  if (stream.error_) return;
  stream.heard_ = stream.fed_;
  --stream.depth_;
  stream.handler_.end(local_name(name));
}

void XmlStream::on_text(void* self, const char* text, int size) {
  auto& stream = *static_cast<XmlStream*>(self);
  stream.heard_ = stream.fed_;
  if (!stream.error_) stream.handler_.text({text, static_cast<std::size_t>(size)});
}

void XmlStream::on_doctype(void* self, const char*, const char*, const char*, int) {
  auto& stream = *static_cast<XmlStream*>(self);
  stream.fail(bad_workbook(stream.name_ + " declares a document type, which no spreadsheet writes"));
}

void XmlStream::fail(Error error) {
  if (error_) return;
  error_ = std::move(error);
  XML_StopParser(parser_, XML_FALSE);
}

Result<bool> XmlStream::step() {
  void* room = XML_GetBuffer(parser_, kXmlBytes);
  if (room == nullptr) return large_workbook(name_ + " does not fit into memory");
  KAREZ_ASSIGN(const std::size_t count, entry_->read({static_cast<char*>(room), std::size_t{kXmlBytes}}));
  const bool is_last = count == 0;
  const XML_Status status = XML_ParseBuffer(parser_, static_cast<int>(count), is_last ? XML_TRUE : XML_FALSE);
  if (error_) return *error_;
  if (status != XML_STATUS_OK) {
    return bad_workbook(name_ + ": " + XML_ErrorString(XML_GetErrorCode(parser_)) + " in line " +
                        std::to_string(XML_GetCurrentLineNumber(parser_)));
  }
  fed_ += static_cast<std::int64_t>(count);
  if (fed_ - heard_ > kXmlWordBytes) {
    return large_workbook(name_ + " has a tag that never ends");
  }
  return !is_last;
}

Status XmlStream::run() {
  for (;;) {
    KAREZ_ASSIGN(const bool goes_on, step());
    if (!goes_on) return {};
  }
}

}  // namespace karez
