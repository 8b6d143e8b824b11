// Personal fields from a coordinator's side: reading what laptops sealed, who can read it, and finding
// parties that are one person. What is sealed and how: schema/sealed-fields.md. Thread and errors: as
// Replica.
#pragma once

#include <string>
#include <vector>

#include "karez/log/sealing.h"
#include "karez/replica/replica.h"

namespace karez {

/// Opens sealed fields of records for the one who asks. What it gives is in the clear: it is for a person's
/// eyes.
class Unsealer {
 public:
  /// Errors: refused (no sealing secret of this workspace is on this laptop: it is no coordinator's, or no
  /// coordinator has given it the secrets yet).
  static Result<Unsealer> open(Replica& replica);
  Unsealer(Unsealer&&) noexcept = default;
  Unsealer& operator=(Unsealer&&) = delete;
  ~Unsealer();

  /// Puts the texts where the markers stand, siblings included. What was erased stays erased, what is sealed
  /// to a key that is not here stays sealed. Errors: malformed (a part that was not made as this version
  /// makes it), corrupt.
  Status open_fields(RecordView& view);

 private:
  Unsealer(Replica& replica, SealingSecrets secrets) : replica_(&replica), secrets_(std::move(secrets)) {}
  Replica* replica_;
  SealingSecrets secrets_;
};

/// Whether a record that is to be made has a sealed field with a value.
[[nodiscard]] bool seals_something(const Catalog& catalog, const NewRecord& record);

/// What stands in a view for a sealed field's value: a marker, nothing (erased), or the text (opened).
enum class SealState { open, sealed, erased };
[[nodiscard]] SealState seal_state(const Value& value);

struct SealingStatus {
  struct Key {
    SealingKey key{};
    std::uint64_t generation = 0;
    bool is_current = false;
    bool is_readable_here = false;
  };
  std::vector<Key> keys;                 ///< newest first
  std::vector<std::string> readers;      ///< coordinators' laptops that can open the current key
  std::vector<std::string> not_readers;  ///< coordinators' laptops that cannot open all of them yet
};
[[nodiscard]] Result<SealingStatus> sealing_status(Replica& replica);

/// Gives every coordinator's laptop the secrets that it lacks, and makes the first key where there is none;
/// with `renew` a new key, to which everything is sealed from now on. Gives how many wraps and keys it
/// recorded. Errors: refused (not a coordinator; the secrets are not here).
[[nodiscard]] Result<std::uint64_t> keep_sealing(Replica& replica, bool renew);

/// Parties of which a sealed field says the same.
struct SamePerson {
  std::string field;  ///< "phone" or "id_number"
  std::vector<RecordId> parties;
};
/// Counted parties that have one phone or one identity number, by field. Opens every party's fields, keeps
/// none.
///
/// Errors: as Unsealer::open(). Memory: a tag and an id for each party.
[[nodiscard]] Result<std::vector<SamePerson>> parties_that_match(Replica& replica);
/// What is compared: digits and capital letters; of a phone without the country code 86.
[[nodiscard]] std::string matching_form(std::string_view field, std::string_view text);

struct Erased {
  RecordId verdict;           ///< the record of the decision
  std::uint64_t changes = 0;  ///< whose private parts are gone
  bool is_wiped = false;      ///< the bytes are gone from this laptop's files too; else at its next write
};
/// Erases the personal fields of a record, in all their versions, here and on every replica and relay that
/// takes this change. What remains are the record's other fields, the chain, and a verdict that says who did
/// it and why. It cannot be undone.
///
/// Errors: refused (not a coordinator; nothing to erase, or erased already), not_found, usage (no reason).
[[nodiscard]] Result<Erased> erase_record(Replica& replica, const RecordId& id, const std::string& reason);

}  // namespace karez
