# Run with `cmake -P`: writes a .cpp that holds the catalog and the SQL migrations as bytes.
#   OUT      the file to write
#   CATALOG  the catalog
#   SQL      the migrations in order, separated by '|'
# Arrays of bytes, because a string literal may not pass 64 KiB under -Wpedantic.
function(append_array file symbol)
  file(READ ${file} hex HEX)
  string(LENGTH "${hex}" digits)
  math(EXPR size "${digits} / 2")
  string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," hex "${hex}")
  string(APPEND text "constexpr unsigned char ${symbol}[] = {\n${hex}0x00};\n")
  set(text "${text}" PARENT_SCOPE)
  set(size ${size} PARENT_SCOPE)
endfunction()

set(text "// Generated from schema/ at build time.\n#include \"karez/model/embedded.h\"\n\n#include <array>\n\n")
string(APPEND text "namespace karez {\nnamespace {\n\n")
string(APPEND text "std::string_view view(const unsigned char* bytes, std::size_t size) {\n")
string(APPEND text "  return {reinterpret_cast<const char*>(bytes), size};\n}\n\n")

append_array(${CATALOG} kCatalog)
set(catalog_size ${size})
string(REPLACE "|" ";" SQL "${SQL}")
set(rows "")
set(count 0)
foreach(file IN LISTS SQL)
  append_array(${file} kSql${count})
  get_filename_component(name ${file} NAME)
  string(APPEND rows "      {\"${name}\", view(kSql${count}, ${size})},\n")
  math(EXPR count "${count} + 1")
endforeach()

string(APPEND text "\n}  // namespace\n\n")
string(APPEND text "std::string_view embedded_catalog() { return view(kCatalog, ${catalog_size}); }\n\n")
string(APPEND text "std::span<const EmbeddedSql> embedded_migrations() {\n")
string(APPEND text "  static const std::array<EmbeddedSql, ${count}> rows{{\n${rows}  }};\n")
string(APPEND text "  return rows;\n}\n\n}  // namespace karez\n")
file(WRITE ${OUT} "${text}")
