#include "karez/storage/stream_names.h"

#include <algorithm>
#include <utility>

#include "karez/base/mutants.h"
#include "karez/storage/row.h"

namespace karez {
namespace {

constexpr auto kKeepPin =
    "INSERT OR REPLACE INTO branch_pin (author, other, seq, pinned_seq, pinned_link) VALUES (?, ?, ?, ?, ?)";
constexpr auto kNewestPin =
    "SELECT pinned_seq, pinned_link FROM branch_pin WHERE author=? AND other=? AND seq<=? ORDER BY seq DESC "
    "LIMIT 1";

/// A name that no log bears: for what an author's logs do not say.
AuthorKey nowhere(const AuthorKey& author) { return stream_name(author, Hash{}); }

/// Calls `record` for everything that names a record and `dots` for every list of dots.
template <typename Record, typename Dots>
void each_name(Value& value, const Record& record, const Dots& dots) {
  if (auto* id = std::get_if<RecordId>(&value.side)) record(id->author, id->seq);
  if (auto* list = std::get_if<Value::List>(&value.side)) {
    for (Value& item : *list) each_name(item, record, dots);
  }
}

template <typename Record, typename Dots>
void each_name(Operation& op, const Record& record, const Dots& dots) {
  if (auto* create = std::get_if<Create>(&op)) {
    for (FieldValue& given : create->fields) {
      if (!given.field.is_catalog()) record(given.field.definition.author, given.field.definition.seq);
      each_name(given.value, record, dots);
    }
  } else if (auto* write = std::get_if<Write>(&op)) {
    record(write->record.author, write->record.seq);
    if (!write->field.is_catalog()) record(write->field.definition.author, write->field.definition.seq);
    each_name(write->value, record, dots);
    dots(write->replaces);
  } else if (auto* add = std::get_if<Add>(&op)) {
    record(add->record.author, add->record.seq);
  } else if (auto* put = std::get_if<Put>(&op)) {
    record(put->record.author, put->record.seq);
    each_name(put->value, record, dots);
  } else if (auto* drop = std::get_if<Drop>(&op)) {
    record(drop->record.author, drop->record.seq);
    each_name(drop->value, record, dots);
    dots(drop->seen);
  }
}

}  // namespace

bool StreamNames::concerns(const AuthorRow& row, const Change& change) {
  if (!authors_.has_forks()) return false;
  return row.is_forked() ||
         std::any_of(change.authors.begin(), change.authors.end(), [&](const AuthorKey& key) {
           const AuthorRow* other = authors_.find(key);
           return other != nullptr && other->is_forked();
         });
}

Status StreamNames::keep_pins(const AuthorRow& row, const Change& change) {
  for (const Pin& pin : change.pins) {
    const AuthorRow* other = authors_.find(pin.author);
    if (other == nullptr || !other->is_forked()) continue;
    Statement& keep = statements_.get(kKeepPin);
    keep.bind(1, row.id).bind(2, other->id).bind(3, change.seq).bind(4, pin.seq);
    KAREZ_TRY(keep.bind_blob(5, pin.link).run());
  }
  return {};
}

Result<std::optional<Pin>> StreamNames::newest_pin(const AuthorRow& row, std::uint64_t seq,
                                                   const AuthorKey& author) {
  std::optional<Pin> pin;
  const AuthorRow* other = authors_.find(author);
  // What a branch shares with its parent, pins among it, stands there.
  for (const AuthorRow* at = &row; other != nullptr && at != nullptr;) {
    KAREZ_TRY(for_each_row(statements_.get(kNewestPin).bind(1, at->id).bind(2, other->id).bind(3, seq),
                           [&](Statement& in) {
                             pin = Pin{author, number(in, 0), fixed<32>(in.blob(1))};
                           }));
    if (pin || at->parent == 0 || at->parent >= at->id) break;
    seq = std::min(seq, at->from_seq - 1);
    at = authors_.find(at->parent);
  }
  return pin;
}

bool StreamNames::has_link(const AuthorRow& row, std::uint64_t seq, const Hash& link) {
  return seq <= row.held_seq && log_.link_at(row.id, seq) == link;
}

AuthorRow* StreamNames::branch_with(const AuthorKey& author, std::uint64_t seq, const Hash& link) {
  for (AuthorRow* row : authors_.rows_of(author)) {
    if (has_link(*row, seq, link)) return row;
  }
  return nullptr;
}

Result<AuthorKey> StreamNames::meaning(const AuthorRow& row, std::uint64_t at, const AuthorKey& author,
                                       std::uint64_t seq) {
  if (author == row.key) {
    // What lies ahead of a change beyond a parting is another change in each branch that has it.
    const bool is_one = seq <= at || row.name_at(seq) == row.name_at(at);
    return is_one ? row.name_at(seq) : nowhere(author);
  }
  const AuthorRow* other = authors_.find(author);
  if (other == nullptr || !other->is_forked()) return author;
  if (seq < authors_.first_split(author)) return author;
  KAREZ_ASSIGN(const std::optional<Pin> pin, newest_pin(row, at, author));
  std::optional<AuthorKey> name;
  if (pin && !is_mutant(Mutant::ignore_pinned_branch)) {
    for (const AuthorRow* branch : authors_.rows_of(author)) {
      if (!has_link(*branch, pin->seq, pin->link)) continue;
      // The pin may lie where branches are still one, and the dot above it where they are not.
      if (name && !(*name == branch->name_at(seq))) return nowhere(author);
      name = branch->name_at(seq);
    }
  }
  return name.value_or(nowhere(author));
}

Status StreamNames::name(const AuthorRow& row, Change& change) {
  Status status;
  std::map<Dot, AuthorKey> known;
  const auto put = [&](AuthorKey& author, std::uint64_t seq) {
    const auto found = known.find({author, seq});
    if (found != known.end()) {
      author = found->second;
      return;
    }
    auto meant = meaning(row, change.seq, author, seq);
    if (!meant) {
      status = meant.error();
      return;
    }
    known.emplace(Dot{author, seq}, *meant);
    author = *meant;
  };
  for (Operation& op : change.operations) {
    each_name(op, put, [&](std::vector<Dot>& dots) {
      for (Dot& dot : dots) put(dot.author, dot.seq);
      std::sort(dots.begin(), dots.end());
    });
  }
  return status;
}

bool StreamNames::narrow(const AuthorRow& row, Choices& choices, const AuthorKey& name, std::uint64_t seq) {
  const AuthorRow* owner = authors_.named(name, seq);
  if (owner == nullptr || !owner->is_forked()) return true;
  std::vector<const AuthorRow*> left;
  const auto chosen = choices.find(owner->key);
  const auto keep = [&](const AuthorRow* branch) {
    const bool is_ours = branch->key != row.key || branch->id == row.id;
    if (is_ours && seq <= branch->held_seq && branch->name_at(seq) == name) left.push_back(branch);
  };
  if (chosen != choices.end()) {
    for (const AuthorRow* branch : chosen->second) keep(branch);
  } else {
    for (const AuthorRow* branch : authors_.rows_of(owner->key)) keep(branch);
  }
  if (left.empty()) return false;
  choices[owner->key] = std::move(left);
  return true;
}

std::vector<Operation> StreamNames::take_part(const AuthorRow& row, std::vector<Operation>& operations) {
  if (!authors_.has_forks()) return std::exchange(operations, {});
  std::vector<Operation> taken;
  std::vector<Operation> rest;
  Choices choices;
  for (Operation& op : operations) {
    Choices with_op = choices;
    bool fits = true;
    std::vector<Dot>* named = nullptr;
    each_name(
        op, [&](AuthorKey& name, std::uint64_t seq) { fits = fits && narrow(row, with_op, name, seq); },
        [&](std::vector<Dot>& dots) { named = &dots; });
    if (!fits) {
      rest.push_back(std::move(op));
      continue;
    }
    std::vector<Dot> now;
    std::vector<Dot> later;
    bool is_split = false;
    if (named != nullptr) {
      for (const Dot& dot : *named) {
        const bool is_now = narrow(row, with_op, dot.author, dot.seq);
        (is_now ? now : later).push_back(dot);
        is_split = is_split || !is_now;
        // What any change can name both parts name: a void is taken to know what it names itself.
        const AuthorRow* owner = authors_.named(dot.author, dot.seq);
        if (is_now && (owner == nullptr || !owner->is_forked())) later.push_back(dot);
      }
    }
    if (is_split && now.empty()) {
      rest.push_back(std::move(op));
      continue;
    }
    choices = std::move(with_op);
    if (is_split) {
      std::sort(later.begin(), later.end());
      Operation other = op;
      *named = std::move(now);
      if (auto* write = std::get_if<Write>(&other)) {
        later.push_back({row.name_at(row.held_seq + 1), row.held_seq + 1});
        std::sort(later.begin(), later.end());
        write->replaces = std::move(later);
      } else if (auto* drop = std::get_if<Drop>(&other)) {
        drop->seen = std::move(later);
      }
      rest.push_back(std::move(other));
    }
    taken.push_back(std::move(op));
  }
  operations = std::move(rest);
  return taken;
}

Result<StreamNames::Meant> StreamNames::unname(const AuthorRow& row, std::vector<Operation>& operations) {
  Meant meant;
  if (!authors_.has_forks()) return meant;
  std::map<AuthorKey, std::vector<Dot>> named;
  const auto put = [&](AuthorKey& author, std::uint64_t seq) {
    const AuthorRow* owner = authors_.named(author, seq);
    if (owner == nullptr || !owner->is_forked()) return;
    named[owner->key].push_back({author, seq});
    author = owner->key;
  };
  for (Operation& op : operations) {
    each_name(op, put, [&](std::vector<Dot>& dots) {
      for (Dot& dot : dots) put(dot.author, dot.seq);
      std::sort(dots.begin(), dots.end());
    });
  }
  for (const auto& [key, dots] : named) {
    KAREZ_ASSIGN(const auto pin, newest_pin(row, row.held_seq, key));
    const AuthorRow* chosen = nullptr;
    for (const AuthorRow* branch : authors_.rows_of(key)) {
      const bool has_all = std::all_of(dots.begin(), dots.end(), [&](const Dot& dot) {
        return dot.seq <= branch->held_seq && branch->name_at(dot.seq) == dot.author;
      });
      if (!has_all || (key == row.key && branch->id != row.id)) continue;
      const bool is_pinned = pin && has_link(*branch, pin->seq, pin->link);
      if (chosen == nullptr || is_pinned) chosen = branch;
      if (is_pinned) break;
    }
    if (chosen == nullptr) {
      const AuthorRow* first = authors_.find(key);
      return Error{
          ErrorCode::refused,
          (first->laptop.empty() ? first->name : first->laptop) +
              " was copied, and this would name what was written on both copies at once; nothing was "
              "changed: do it for each of them by itself"};
    }
    meant[key] = chosen;
  }
  return meant;
}

}  // namespace karez
