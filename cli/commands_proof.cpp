// Proof and raw access: verify, the canonical dump, read-only SQL.
#include "cli/arguments.h"
#include "cli/commands.h"

namespace karez::cli {
namespace {

Document finding_document(const VerifyFinding& finding) {
  return Document::object()
      .set("what", finding.what)
      .set("where", finding.where)
      .set("message", finding.message);
}

/// A file that cannot even be opened fails the proof like one that can.
int report_unreadable(Context& context, const Error& error) {
  if (context.console.json) {
    Document where = Document::list();
    where.add(finding_document({"file", context.home, error.message}));
    context.console.document(Document::object().set("ok", false).set("where", std::move(where)));
  }
  context.fail(error);
  return kFailed;
}

int run_verify(Context& context, const NoArguments&) {
  auto opened = context.open();
  if (!opened) {
    if (opened.error().code == ErrorCode::corrupt) return report_unreadable(context, opened.error());
    return context.fail(opened.error());
  }
  auto verified = opened->verify();
  if (!verified) {
    if (verified.error().code == ErrorCode::corrupt) return report_unreadable(context, verified.error());
    return context.fail(verified.error());
  }
  const VerifyReport& report = *verified;
  if (context.console.json) {
    Document where = Document::list();
    for (const VerifyFinding& finding : report.where) where.add(finding_document(finding));
    Document out = Document::object();
    out.set("ok", report.ok).set("changes", report.changes).set("signatures", report.signatures);
    out.set("records", report.records).set("where", std::move(where));
    context.console.document(out);
  }
  for (const VerifyFinding& finding : report.where) {
    context.console.print(one_line(finding.where + ": " + finding.message));
  }
  const std::vector<std::string> figures{std::to_string(report.changes), std::to_string(report.signatures),
                                         std::to_string(report.records), std::to_string(report.where.size())};
  context.console.print(context.say(report.ok ? say::kVerified : say::kNotVerified, figures));
  return report.ok ? kDone : kFailed;
}

int run_dump(Context& context, const NoArguments&) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  std::string all;
  std::uint64_t lines = 0;
  const Status status = replica.dump([&](std::string_view line) {
    ++lines;
    if (!context.console.json) {
      context.console.print(line);
      return;
    }
    all.append(line);
    all.push_back('\n');
  });
  if (!status) return context.fail(status.error());
  if (context.console.json) {
    // Equal to what `karez dump | b2sum -l 256` says.
    const std::string digest = to_hex(blake2b({view_of(all)}));
    context.console.document(Document::object().set("digest", digest).set("lines", lines));
  }
  return kDone;
}

using Cell = Replica::QueryCell;

Document cell_document(const Cell& cell) {
  switch (cell.kind) {
    case Cell::Kind::null:
      return {};
    case Cell::Kind::integer:
      return cell.integer;
    case Cell::Kind::real:
      return cell.real;
    case Cell::Kind::text:
      return cell.text;
    case Cell::Kind::bytes:
      return to_hex(view_of(cell.text));
  }
  return {};
}

std::string cell_text(const Cell& cell) {
  if (cell.kind == Cell::Kind::null) return "";
  if (cell.kind == Cell::Kind::text) return one_line(cell.text);
  if (cell.kind == Cell::Kind::bytes) return to_hex(view_of(cell.text));
  return cell_document(cell).line();
}

int run_query(Context& context, const std::string& sql) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  Table table;
  Document rows = Document::list();
  const Status status = replica.query(
      sql, [&](const std::vector<std::string>& columns) { table.header = columns; },
      [&](const std::vector<Cell>& cells) {
        if (context.console.json) {
          Document row = Document::list();
          for (const Cell& cell : cells) row.add(cell_document(cell));
          rows.add(std::move(row));
          return true;
        }
        table.is_number.resize(cells.size(), true);
        std::vector<std::string> row;
        for (std::size_t i = 0; i < cells.size(); ++i) {
          if (cells[i].kind == Cell::Kind::text || cells[i].kind == Cell::Kind::bytes)
            table.is_number[i] = false;
          row.push_back(cell_text(cells[i]));
        }
        table.rows.push_back(std::move(row));
        return true;
      });
  if (!status) return context.fail(status.error());
  if (context.console.json) {
    Document out = Document::object();
    context.console.document(
        out.set("columns", Document::list_of(table.header)).set("rows", std::move(rows)));
  }
  if (!context.console.json) context.console.print(layout(table));
  return kDone;
}

}  // namespace

void add_proof_commands(CLI::App& app, Context& context) {
  CLI::App* verify = add_command(app, context, "verify", say::kHelpVerify, say::kGroupProof);
  on_chosen(verify, context, std::make_shared<NoArguments>(), run_verify);

  CLI::App* dump = add_command(app, context, "dump", say::kHelpDump, say::kGroupProof);
  on_chosen(dump, context, std::make_shared<NoArguments>(), run_dump);

  CLI::App* query = add_command(app, context, "query", say::kHelpQuery, say::kGroupProof);
  auto sql = std::make_shared<std::string>();
  add_text(query, context, "sql", *sql, say::kHelpSql, "SQL")->required();
  on_chosen(query, context, sql, run_query);
}

}  // namespace karez::cli
