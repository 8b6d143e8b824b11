#include "karez/replica/verdicts.h"

#include "replica_impl.h"

namespace karez {
namespace {

Error refused(std::string why) { return {ErrorCode::refused, std::move(why) + "; nothing was recorded"}; }

Result<RecordId> judge(Replica& replica, const char* action, const RecordId& about, const RecordId& same_as,
                       const std::string& reason) {
  Replica::Impl& self = replica.impl();
  const Collection* verdict = self.catalog.collection("verdict");
  if (verdict == nullptr) return refused("this catalog knows no verdicts");
  KAREZ_TRY(self.check_right(*verdict));
  KAREZ_ASSIGN(const RecordView left, replica.show(about));
  KAREZ_ASSIGN(const RecordView right, replica.show(same_as));
  const Collection* collection = self.catalog.collection(left.collection);
  const bool is_of_days =
      collection != nullptr && !collection->keys.empty() && collection->keys.front().voided_keeps;
  if (about == same_as) return refused("that is one and the same record");
  if (left.collection != right.collection || !is_of_days)
    return refused("only two visits, or two handouts, can be one thing recorded twice");
  for (const RecordView* one : {&left, &right}) {
    if (one->void_reason) return refused(to_text(one->id) + " is void already (" + *one->void_reason + ")");
  }
  NewRecord record{"verdict",
                   {{"action", Value::of(std::string(action))},
                    {"about", Value(Value::Side(about))},
                    {"same_as", Value(Value::Side(same_as))}}};
  if (!reason.empty()) record.fields.emplace_back("reason", Value::of(reason));
  KAREZ_ASSIGN(const auto ids, replica.create({&record, 1}));
  return ids.front();
}

}  // namespace

Result<DoubleEntries> possible_doubles(Replica& replica, Day day, std::size_t most) {
  Replica::Impl& self = replica.impl();
  KAREZ_ASSIGN(const auto reading, self.begin_reading());
  return double_entries(self.day_source(), self.tables, day, most);
}

Result<RecordId> judge_same(Replica& replica, const RecordId& id, const RecordId& same_as,
                            const std::string& reason) {
  return judge(replica, "same", id, same_as, reason);
}

Result<RecordId> judge_both(Replica& replica, const RecordId& a, const RecordId& b,
                            const std::string& reason) {
  return judge(replica, "both", a, b, reason);
}

}  // namespace karez
