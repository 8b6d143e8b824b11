// Document: what a command says with --json, as a value. Keys keep the order in which they were set. Written
// to text by nlohmann/json; bytes that are not UTF-8 become U+FFFD. A value: no thread rule.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "karez/ledger/day.h"

namespace karez::cli {

class Document {
 public:
  enum class Kind { null, boolean, integer, natural, real, text, list, object };

  Document() = default;
  Document(bool value) : kind_(Kind::boolean), integer_(value ? 1 : 0) {}      // NOLINT: implicit
  Document(int value) : kind_(Kind::integer), integer_(value) {}               // NOLINT
  Document(std::int64_t value) : kind_(Kind::integer), integer_(value) {}      // NOLINT
  Document(std::uint64_t value) : kind_(Kind::natural), natural_(value) {}     // NOLINT
  Document(double value) : kind_(Kind::real), real_(value) {}                  // NOLINT
  Document(std::string value) : kind_(Kind::text), text_(std::move(value)) {}  // NOLINT
  Document(const char* value) : kind_(Kind::text), text_(value) {}             // NOLINT

  [[nodiscard]] static Document object() { return Document(Kind::object); }
  [[nodiscard]] static Document list() { return Document(Kind::list); }
  [[nodiscard]] static Document list_of(const std::vector<std::string>& texts);
  /// A number; a text where a reader with 64 bits would get it wrong.
  [[nodiscard]] static Document of_total(Total total);

  /// Of an object: adds a key, which must be new.
  Document& set(std::string key, Document value);
  /// Of a list.
  Document& add(Document value);

  [[nodiscard]] std::string line() const;    ///< one line
  [[nodiscard]] std::string pretty() const;  ///< indented, for people
  [[nodiscard]] std::string canonical()
      const;  ///< one line, no spaces, keys sorted: what digests are made of

 private:
  explicit Document(Kind kind) : kind_(kind) {}
  template <typename Json>
  [[nodiscard]] Json to_json() const;

  Kind kind_ = Kind::null;
  std::int64_t integer_ = 0;
  std::uint64_t natural_ = 0;
  double real_ = 0;
  std::string text_;
  std::vector<std::string> keys_;
  std::vector<Document> items_;
};

}  // namespace karez::cli
