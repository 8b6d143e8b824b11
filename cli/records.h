// Records, fields and laptops as documents and as words. Pure but for `now`.
#pragma once

#include <map>
#include <string>

#include "cli/context.h"

namespace karez::cli {

/// A value in a document: numbers as numbers, times as ISO 8601, sets as lists. `field` may be null (the void
/// field).
[[nodiscard]] Document value_document(const Field* field, const Value& value);
/// A value for people: an enumeration by its label where that is the reader's language, references shortened.
[[nodiscard]] std::string value_text(const Context& context, const Field* field, const Value& value);

/// A record id as short as `karez show` takes it on nearly every replica.
[[nodiscard]] std::string short_id(const RecordId& id);

[[nodiscard]] std::string state_name(RecordState state);  ///< in documents
[[nodiscard]] std::string state_text(const Context& context, RecordState state);

/// The field of a collection; null for "void" and for names that this catalog does not know.
[[nodiscard]] const Field* field_of(const Catalog& catalog, const std::string& collection,
                                    const std::string& field);
[[nodiscard]] std::string field_label(const Context& context, const Field* field, const std::string& name);

[[nodiscard]] Document sibling_document(const Field* field, const Sibling& sibling, bool is_shown);
[[nodiscard]] Document record_document(const Catalog& catalog, const RecordView& view);
/// The codes (as typed) behind `view.unknown_codes`.
[[nodiscard]] std::vector<std::string> unknown_codes(const Catalog& catalog, const RecordView& view);
/// Why a record stands outside totals, or what else is to be known about it; empty if nothing is.
[[nodiscard]] std::string remark_text(const Context& context, const RecordView& view, bool with_codes = true);

/// Rows of one collection as a table; codes that are in no list yet are marked "?". `list` is what was asked
/// for: "visit" and "handout" leave out the field that makes them so.
[[nodiscard]] std::string records_text(const Context& context, const Collection& collection,
                                       const std::string& list, const std::vector<RecordView>& rows);
/// What the marks in such a table mean, on stderr.
void note_remarks(Context& context, const std::vector<RecordView>& rows);

/// Replica::laptop_names(): how people call whom a pack, a bundle or a refusal names.
using LaptopNames = std::map<AuthorKey, std::string>;
/// Null for who is not known here.
[[nodiscard]] Document laptop_name_document(const LaptopNames& names, const AuthorKey& author);
/// The beginning of the public name for who is not known here.
[[nodiscard]] std::string laptop_name_text(const LaptopNames& names, const AuthorKey& author);

/// What the person at this laptop must know, as people read it.
[[nodiscard]] std::string notice_text(const Context& context, const ReplicaStatus& status,
                                      const ReplicaStatus::Notice& notice);
/// That invitations are to be given anew, as there are `status.stranded_invitations`.
[[nodiscard]] std::string stranded_invitations_text(const Context& context, const ReplicaStatus& status);
/// The same on stderr, if there are any.
void note_stranded_invitations(Context& context, const ReplicaStatus& status);

[[nodiscard]] Document laptop_document(const LaptopState& laptop, int zone_minutes);
[[nodiscard]] Document skewed_document(const std::vector<LaptopState>& laptops);
[[nodiscard]] std::vector<LaptopState> skewed_among(const std::vector<LaptopState>& laptops);
[[nodiscard]] std::string standing_text(const Context& context, const std::string& standing);
[[nodiscard]] std::string role_text(const Context& context, const std::string& role);
/// "laptop-07: 3 days ahead"
[[nodiscard]] std::string skew_text(const Context& context, const LaptopState& laptop);

}  // namespace karez::cli
