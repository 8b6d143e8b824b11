#include <map>

#include "replica_impl.h"

#include "karez/base/mutants.h"

namespace karez {
namespace {

constexpr std::size_t kMostFindings = 1000;

/// One cell as text that tells types apart: for comparing and for people.
std::string cell_text(Statement& row, int column) {
  switch (row.type(column)) {
    case Statement::Type::null:
      return "nothing";
    case Statement::Type::integer:
      return std::to_string(row.integer(column));
    case Statement::Type::real:
      return std::to_string(row.real(column));
    case Statement::Type::text:
      return "\"" + std::string(row.text(column)) + "\"";
    case Statement::Type::blob:
      return "x'" + to_hex(row.blob(column)) + "'";
  }
  return {};
}

class Verifier {
 public:
  Verifier(Database& database, const Catalog& catalog, Authors& authors, LogStore& log, const KeyFile& keys,
           const WorkspaceId& workspace, std::function<void(std::uint64_t, std::uint64_t)> progress,
           VerifyReport& report, std::function<bool(const AuthorRow&, std::uint64_t)> may_be_absent)
      : database_(database),
        catalog_(catalog),
        authors_(authors),
        log_(log),
        keys_(keys),
        workspace_(workspace),
        progress_(std::move(progress)),
        report_(report),
        may_be_absent_(std::move(may_be_absent)) {}

  Status run() {
    auto pages = database_.quick_check();
    if (!pages) {
      find("file", "replica.db", pages.error().message);
    } else {
      for (const std::string& finding : *pages) find("file", "replica.db", finding);
    }
    total_ = authors_.changes_held();
    for (const auto& row : authors_.all()) KAREZ_TRY(check_log(*row));
    for (const auto& row : authors_.all()) check_streams(*row);
    KAREZ_TRY(check_strays());
    // Tables cannot be rebuilt from a log that is damaged itself.
    if (report_.where.empty()) KAREZ_TRY(check_tables());
    report_.ok = report_.where.empty();
    return {};
  }

 private:
  void find(const std::string& what, const std::string& where, const std::string& message) {
    if (report_.where.size() < kMostFindings) report_.where.push_back({what, where, message});
  }

  std::string laptop(const AuthorRow& row) const { return row.laptop.empty() ? row.name : row.laptop; }

  /// The place in an author's chain that the check of its log has reached.
  struct ChainEnd {
    std::uint64_t seq = 0;
    Hash link{};
  };

  std::string at(const AuthorRow& row, std::uint64_t seq) const {
    return laptop(row) + " change " + std::to_string(seq);
  }

  Status check_log(const AuthorRow& row) {
    if (const std::string name = public_name(row.key); row.name != name) {
      find("table", "author " + laptop(row) + " name",
           "the table says \"" + row.name + "\", the key says \"" + name + "\"");
    }
    const std::size_t findings = report_.where.size();
    ChainEnd end;
    if (row.parent != 0 && row.from_seq > 1) {
      // A branch goes on from what it shares with its parent.
      const auto shared = log_.link_at(row.parent, row.from_seq - 1);
      if (!shared) find("log", at(row, row.from_seq - 1), "the change is missing that it branched off from");
      if (!shared) return {};
      end = {row.from_seq - 1, *shared};
    }
    const Status read = log_.each_pack(row.id, [&](const LogStore::StoredPack& pack) {
      check_pack(row, pack, end);
      return report_.where.size() == findings;
    });
    if (!read) find("file", laptop(row), read.error().message);
    if (report_.where.size() > findings) return {};
    KAREZ_TRY(check_loose(row, end));
    if (report_.where.size() > findings) return {};
    if (end.seq != row.held_seq) {
      find("heads", laptop(row),
           "the log ends at change " + std::to_string(end.seq) + ", the head says " +
               std::to_string(row.held_seq));
    } else if (row.held_seq > 0 && end.link != row.held_link) {
      find("heads", laptop(row), "the head's link is not the chain's");
    }
    return {};
  }

  /// The branches of an author: where each left the others, and what its changes are named by, from the links
  /// alone.
  void check_streams(const AuthorRow& row) {
    const std::vector<AuthorRow*> rows = authors_.rows_of(row.key);
    if (rows.front()->id != row.id || !report_.where.empty()) return;
    if (rows.size() == 1) {
      if (row.is_forked() || row.parent != 0 || row.from_seq != 1)
        find("table", "stream of " + laptop(row), "the author has one log");
      return;
    }
    StreamLogs logs;
    logs.count = rows.size();
    logs.common = [&](std::size_t a, std::size_t b) {
      std::uint64_t same = 0;
      for (std::uint64_t differs = std::min(rows[a]->held_seq, rows[b]->held_seq) + 1; same + 1 < differs;) {
        const std::uint64_t middle = same + (differs - same) / 2;
        (log_.link_at(rows[a]->id, middle) == log_.link_at(rows[b]->id, middle) ? same : differs) = middle;
      }
      return same;
    };
    logs.link = [&](std::size_t i, std::uint64_t seq) {
      return log_.link_at(rows[i]->id, seq).value_or(Hash{});
    };
    const std::vector<StreamPlace> places = place_streams(row.key, logs);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const AuthorId parent = i == 0 ? 0 : rows[places[i].parent]->id;
      const std::uint64_t from = i == 0 ? 1 : places[i].from_seq;
      if (rows[i]->parent != parent || rows[i]->from_seq != from) {
        find("table", "author " + laptop(*rows[i]), "it does not stand where it left the other branches");
      } else if (rows[i]->segments != places[i].segments || !has_public_names(*rows[i])) {
        find("table", "stream of " + laptop(*rows[i]), "its changes are not named as the logs say");
      }
    }
  }

  bool has_public_names(const AuthorRow& row) {
    std::map<std::uint64_t, std::string> names;
    auto read = database_.prepare("SELECT from_seq, public_name FROM stream WHERE author=?");
    if (!read) return false;
    read->bind(1, row.id);
    const Status status = for_each_row(
        *read, [&](Statement& in) { names[static_cast<std::uint64_t>(in.integer(0))] = in.text(1); });
    return status && std::all_of(row.segments.begin(), row.segments.end(), [&](const StreamSegment& one) {
             return names[one.from_seq] == public_name(one.name);
           });
  }

  /// One stored pack: form, chain, signature, and that it continues the chain before it.
  void check_pack(const AuthorRow& row, const LogStore::StoredPack& pack, ChainEnd& end) {
    const std::string where = at(row, end.seq + 1);
    const auto opened = open_pack(pack.bytes, AbsentParts::accepted);
    if (!opened)
      return find("log", where,
                  "the stored pack up to change " + std::to_string(pack.last_seq) +
                      " is damaged: " + opened.error().message);
    const PackHeader& header = opened->header;
    const bool is_at_place = header.first_seq == pack.first_seq && header.count == pack.count &&
                             header.last_seq() == pack.last_seq && header.signature == pack.signature;
    if (!(header.author == row.key) || !(header.workspace == workspace_) || !is_at_place) {
      return find("log", where, "the stored pack belongs to another place");
    }
    if (header.first_seq > end.seq + 1) return find("log", where, "the change is missing");
    if (header.last_seq() <= end.seq) return find("log", where, "the branch begins behind its own pack");
    const Hash before = end.seq == 0 ? header.prev_link : end.link;
    const Hash says =
        header.first_seq == end.seq + 1 ? header.prev_link : opened->changes[end.seq - header.first_seq].link;
    if (before != says)
      return find("log", where, "the chain is broken: the pack does not continue the one before");
    if (end.seq == 0) {
      const OpenedChange& first = opened->changes.front();
      auto enrolment = check_first_change(workspace_, first.change, first.content);
      if (!enrolment) find("log", at(row, 1), enrolment.error().message);
    }
    if (opened->last_link() != pack.link) {
      find("log", at(row, pack.last_seq), "the link that is stored beside the pack is not the chain's");
    }
    ++report_.signatures;
    for (const OpenedChange& one : opened->changes) {
      if (one.change.seq <= end.seq) continue;
      check_authority(row, one);
      check_part(row, one);
    }
    report_.changes += pack.last_seq - end.seq;
    if (progress_) progress_(report_.changes, total_);
    end = {pack.last_seq, opened->last_link()};
  }

  /// A private part fits its commitment, or an erase allows that it is away.
  void check_part(const AuthorRow& row, const OpenedChange& one) {
    if (!one.change.private_commitment) return;
    const std::string where = at(row, one.change.seq);
    if (!one.private_part) {
      if (!may_be_absent_(row, one.change.seq))
        find("log", where, "the private part is missing, and nothing erased it");
      return;
    }
    const PrivatePart& part = *one.private_part;
    if (private_commitment(part.salt, part.bytes) != *one.change.private_commitment)
      find("log", where, "the private part is damaged");
  }

  /// Changes that stand in no pack yet: only a laptop's own.
  Status check_loose(const AuthorRow& row, ChainEnd& end) {
    const Status read = log_.each(row.id, end.seq, [&](const OpenedChange& stored) {
      ++report_.changes;
      const std::string where = at(row, end.seq + 1);
      if (stored.change.seq != end.seq + 1) {
        find("log", where, "the change is missing");
        return false;
      }
      if (!(stored.change.author == row.key)) {
        find("log", where, "the content belongs to another place");
        return false;
      }
      if (end.seq == 0) {
        auto enrolment = check_first_change(workspace_, stored.change, stored.content);
        if (!enrolment) find("log", where, enrolment.error().message);
        if (enrolment) end.link = link_zero(enrolment->is_founder ? WorkspaceId{} : workspace_, row.key);
      }
      if (next_link(end.link, stored.content) != stored.link) {
        find("log", where, "the chain is broken: the content is not the one that was linked");
        return false;
      }
      check_part(row, stored);
      check_authority(row, stored);
      end = {stored.change.seq, stored.link};
      return true;
    });
    if (!read) find("log", at(row, end.seq + 1), read.error().message);
    // Others' logs come in packs, which end where their author signed; our own we can sign at any time.
    const bool is_loose = read && end.seq > 0 && !log_.is_sealed(row.id, end.seq);
    if (is_loose && keys_.find(row.key) == nullptr) {
      find("log", at(row, end.seq), "no signature of its author covers the end of the log");
    }
    return {};
  }

  /// Authority operations stand once more beside the packs; both must say the same.
  void check_authority(const AuthorRow& row, const OpenedChange& change) {
    const auto kept = log_.authority_at(row.id, change.change.seq);
    const bool fits = is_authority(change.change) ? kept && *kept == change.content : !kept;
    if (!fits)
      find("log", at(row, change.change.seq),
           "what is kept of its authority operations is not what the log says");
  }

  /// Changes that no known author's log reaches.
  Status check_strays() {
    KAREZ_ASSIGN(Statement strays,
                 database_.prepare("SELECT count(*) FROM (SELECT id FROM change UNION ALL SELECT id FROM pack"
                                   " UNION ALL SELECT id FROM authority_change) AS c"
                                   " LEFT JOIN author AS a ON a.id = c.id >> 32"
                                   " WHERE a.id IS NULL OR c.id & 4294967295 > a.held_seq"));
    return for_each_row(strays, [&](Statement& in) {
      if (in.integer(0) > 0)
        find("log", "change", std::to_string(in.integer(0)) + " changes stand beyond every head");
    });
  }

  /// Rebuilds every table from the log beside the stored ones and compares cell by cell.
  Status check_tables() {
    KAREZ_ASSIGN(Database fresh, Database::open(":memory:"));
    KAREZ_TRY(fresh.execute("BEGIN"));
    KAREZ_TRY(upgrade_schema(fresh, catalog_));
    Statements statements(fresh);
    Authors authors(statements);
    LogStore log(statements, authors);
    Tables tables(statements, catalog_, authors, log);
    Applier applier(workspace_, catalog_, authors, log, tables);
    for (const char* table : {"author", "stream", "change", "pack", "authority_change"})
      KAREZ_TRY(copy_table(table, fresh));
    KAREZ_TRY(fresh.execute(
        "UPDATE author SET laptop='', role=0, standing=3, rank=0, counted_through=0, applied_seq=from_seq-1,"
        " touches_others=0"));
    KAREZ_TRY(authors.load());
    KAREZ_TRY(applier.apply_ready());
    KAREZ_TRY(authors.flush());
    for (const DerivedTable& table : derived_tables(catalog_)) KAREZ_TRY(compare(table, fresh));
    KAREZ_TRY(compare({"author", "id"}, fresh));
    return {};
  }

  Status copy_table(const std::string& name, Database& target) {
    KAREZ_ASSIGN(Statement from, database_.prepare("SELECT * FROM " + quoted(name)));
    std::string marks;
    for (int i = 0; i < from.column_count(); ++i) marks += i == 0 ? "?" : ", ?";
    KAREZ_ASSIGN(Statement to, target.prepare("INSERT INTO " + quoted(name) + " VALUES (" + marks + ")"));
    Status status;
    KAREZ_TRY(for_each_row(from, [&](Statement& row) {
      for (int i = 0; i < row.column_count(); ++i) {
        switch (row.type(i)) {
          case Statement::Type::integer:
            to.bind(i + 1, row.integer(i));
            break;
          case Statement::Type::text:
            to.bind(i + 1, row.text(i));
            break;
          case Statement::Type::blob:
            to.bind_blob(i + 1, row.blob(i));
            break;
          default:
            to.bind_null(i + 1);
            break;
        }
      }
      if (status) status = to.run();
    }));
    return status;
  }

  std::string place(const DerivedTable& table, Statement& row) {
    for (int i = 0; i < row.column_count(); ++i) {
      if (row.column_name(i) != "record") continue;
      const RecordKey key = row.integer(i);
      const AuthorRow* author = authors_.find(author_of(key));
      if (author != nullptr)
        return table.name + " " + to_text(RecordId{author->name_at(seq_of(key)), seq_of(key), k_of(key)});
    }
    if (table.name == "author") {
      const AuthorRow* author = authors_.find(row.integer(0));
      if (author != nullptr) return "author " + laptop(*author);
    }
    return table.name;
  }

  Status compare(const DerivedTable& table, Database& fresh) {
    std::string columns;
    {
      KAREZ_ASSIGN(Statement names, fresh.prepare("SELECT name FROM pragma_table_info(?)"));
      names.bind(1, table.name);
      KAREZ_TRY(for_each_row(names, [&](Statement& in) {
        columns += (columns.empty() ? "" : ", ") + quoted(std::string(in.text(0)));
      }));
    }
    const std::string sql = "SELECT " + columns + " FROM " + quoted(table.name) + " ORDER BY " + table.order;
    auto prepared = database_.prepare(sql);
    if (!prepared) {
      find("table", table.name, "the table does not have its columns: " + prepared.error().message);
      return {};
    }
    Statement stored = std::move(*prepared);
    KAREZ_ASSIGN(Statement rebuilt, fresh.prepare(sql));
    KAREZ_ASSIGN(bool has_stored, stored.step());
    KAREZ_ASSIGN(bool has_rebuilt, rebuilt.step());
    while (has_stored && has_rebuilt) {
      ++report_.records;
      const bool is_same_row = compare_row(table, stored, rebuilt);
      if (!is_same_row) return {};  // rows are out of step: one finding says it
      KAREZ_ASSIGN(has_stored, stored.step());
      KAREZ_ASSIGN(has_rebuilt, rebuilt.step());
    }
    if (has_stored) find("table", place(table, stored), "a row that the log does not know");
    if (has_rebuilt) find("table", place(table, rebuilt), "a row is missing that the log knows");
    return {};
  }

  /// False if the two rows are not even about the same thing.
  bool compare_row(const DerivedTable& table, Statement& stored, Statement& rebuilt) {
    for (int i = 0; i < rebuilt.column_count(); ++i) {
      const std::string is = cell_text(stored, i);
      const std::string should = cell_text(rebuilt, i);
      if (is == should || is_mutant(Mutant::hide_changed_cell)) continue;
      const std::string name = rebuilt.column_name(i);
      if ((", " + table.order + ",").find(", " + name + ",") != std::string::npos) {
        find("table", place(table, stored), "a row is missing, or one is there that the log does not know");
        return false;
      }
      find("table", place(table, stored) + " " + name, "the table says " + is + ", the log says " + should);
    }
    return true;
  }

  Database& database_;
  const Catalog& catalog_;
  Authors& authors_;
  LogStore& log_;
  const KeyFile& keys_;
  WorkspaceId workspace_;
  std::function<void(std::uint64_t, std::uint64_t)> progress_;
  VerifyReport& report_;
  std::function<bool(const AuthorRow&, std::uint64_t)> may_be_absent_;
  std::uint64_t total_ = 0;
};

}  // namespace

Result<VerifyReport> Replica::verify() {
  Impl& self = *impl_;
  KAREZ_ASSIGN(const auto reading, self.begin_reading());
  VerifyReport report;
  Verifier verifier(
      self.database, self.catalog, self.authors, self.log, self.keys, self.workspace_id,
      [&](std::uint64_t done, std::uint64_t total) {
        if (self.options.progress) self.options.progress("verify", done, total);
      },
      report,
      [&self](const AuthorRow& row, std::uint64_t seq) {
        const auto may_be = self.may_be_absent(row, seq);
        return may_be && *may_be;
      });
  KAREZ_TRY(verifier.run());
  return report;
}

Status Replica::query(const std::string& sql,
                      const std::function<void(const std::vector<std::string>&)>& columns,
                      const std::function<bool(const std::vector<QueryCell>&)>& row_of) {
  // A connection of its own that cannot write, whatever the statement says.
  DatabaseOptions how;
  how.read_only = true;
  how.must_exist = true;
  how.vfs = impl_->files().vfs();
  KAREZ_ASSIGN(Database reader, Database::open(impl_->options.home + "/replica.db", how));
  KAREZ_ASSIGN(Statement statement, reader.prepare_typed(sql));
  if (!statement.is_read_only()) return Error{ErrorCode::refused, "query only reads; nothing was changed"};
  std::vector<std::string> names;
  for (int i = 0; i < statement.column_count(); ++i) names.push_back(statement.column_name(i));
  columns(names);
  for (;;) {
    KAREZ_ASSIGN(const bool has_row, statement.step());
    if (!has_row) return {};
    std::vector<QueryCell> cells(names.size());
    for (int i = 0; i < statement.column_count(); ++i) {
      QueryCell& cell = cells[static_cast<std::size_t>(i)];
      switch (statement.type(i)) {
        case Statement::Type::null:
          cell.kind = QueryCell::Kind::null;
          break;
        case Statement::Type::integer:
          cell.kind = QueryCell::Kind::integer;
          cell.integer = statement.integer(i);
          break;
        case Statement::Type::real:
          cell.kind = QueryCell::Kind::real;
          cell.real = statement.real(i);
          break;
        case Statement::Type::text:
          cell.kind = QueryCell::Kind::text;
          cell.text = statement.text(i);
          break;
        case Statement::Type::blob: {
          cell.kind = QueryCell::Kind::bytes;
          const ByteView bytes = statement.blob(i);
          cell.text.assign(bytes.begin(), bytes.end());
          break;
        }
      }
    }
    if (!row_of(cells)) return {};
  }
}

}  // namespace karez
