// An XML part of a workbook, read as a stream by expat: elements and texts by their local names. A document
// type (and with it every entity of one's own) is refused, as are deep nesting and endless words. Private to
// exchange; one thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "zip_archive.h"

struct XML_ParserStruct;

namespace karez {

/// Attributes of an element, valid during the call.
class XmlAttributes {
 public:
  explicit XmlAttributes(const char** pairs) : pairs_(pairs) {}
  /// By local name; null if absent.
  [[nodiscard]] const char* find(std::string_view name) const;
  [[nodiscard]] std::string_view text(std::string_view name) const;
  [[nodiscard]] std::optional<std::uint64_t> number(std::string_view name) const;
  [[nodiscard]] bool is_true(std::string_view name) const;

 private:
  const char** pairs_;
};

class XmlHandler {
 public:
  virtual ~XmlHandler() = default;
  virtual void begin(std::string_view name, const XmlAttributes& attributes) = 0;
  virtual void end(std::string_view name) = 0;
  virtual void text(std::string_view part) = 0;
};

class XmlStream {
 public:
  /// Lifetime: `handler` outlives the stream.
  static Result<std::unique_ptr<XmlStream>> open(const ZipArchive& archive, const std::string& name,
                                                 std::uint64_t most, XmlHandler& handler);
  XmlStream(const XmlStream&) = delete;
  XmlStream& operator=(const XmlStream&) = delete;
  ~XmlStream();

  /// Reads on for a few thousand bytes; false at the end. Errors: malformed, too_large.
  Result<bool> step();
  /// Reads to the end.
  Status run();
  /// Stops the reading: step() gives this error. For handlers.
  void fail(Error error);

 private:
  XmlStream(std::string name, std::unique_ptr<ZipEntry> entry, XmlHandler& handler);
  static void on_begin(void* self, const char* name, const char** attributes);
  static void on_end(void* self, const char* name);
  static void on_text(void* self, const char* text, int size);
  static void on_doctype(void* self, const char*, const char*, const char*, int);

  std::string name_;
  std::unique_ptr<ZipEntry> entry_;
  XmlHandler& handler_;
  XML_ParserStruct* parser_;
  int depth_ = 0;
  std::int64_t fed_ = 0;    ///< bytes given to the parser
  std::int64_t heard_ = 0;  ///< of them, when it last said something
  std::optional<Error> error_;
};

}  // namespace karez
