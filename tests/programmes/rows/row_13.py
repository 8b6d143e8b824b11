from data import MEET, at

SCENARIO = {
    "row": 13,
    "name": "渝中 服务+宣传+解难：2份提示函，工会爱心互献",
    "says": "2 letters, with 4 and 3 addressees (7 units, one of them in both: 6 different). Problems: 5 raised, 3 solved, 1 declined, so 1 open. "
            "Health checks 28 + law advice 12: two sessions.",
    "laptops": {"law-1": "lead", "site-1": "volunteer"},
    "lists": {"unit": [{"code": "E%d" % n, "level": "enterprise"} for n in range(1, 8)],
              "campaign": [{"code": "QLHH", "type": "cool"}]},
    "records": {
        "law-1": {"event": [{"type": "letter", "time": at("2025-07-01"), "campaign": "QLHH", "tags": "E1;E2;E3;E4", "note": "高温提示函一"},
                            {"type": "letter", "time": at("2025-07-15"), "campaign": "QLHH", "tags": "E4;E5;E6", "note": "高温提示函二"}]},
        "site-1": {"event": [{"type": "session", "time": at("2025-07-08"), "campaign": "QLHH", "persons": 28, "note": "体检"},
                             {"type": "session", "time": at("2025-07-08"), "campaign": "QLHH", "persons": 12, "note": "普法"}]}},
    "steps": [("site-1", "p%d" % n, ["add", "event", "type=request", "campaign=QLHH", "unit=E%d" % n, "state=new", "time=" + at("2025-07-09")])
              for n in range(1, 6)] + [MEET]
    + [("law-1", "r%d" % n, ["add", "event", "type=reply", "reply_to={p%d}" % n, "state=" + state, "time=" + at("2025-07-20")])
       for n, state in ((1, "done"), (2, "done"), (3, "done"), (4, "no"))],
    "reports": [
        {"says": "letters with their dates and how many addressees", "ask": "select l.day, count(*) from counted_event l, json_each(l.tags) t"
         " where l.type = 'letter' group by l.id order by 1", "is": [["2025-07-01", 4], ["2025-07-15", 3]],
         "then": [["2025-07-01", 4], ["2025-07-15", 4]]},
        {"says": "units addressed, all on the list", "ask": "select count(distinct t.value), sum(u.id is null) from counted_event l, json_each(l.tags) t"
         " left join counted_unit u on u.code = t.value where l.type = 'letter'", "is": [[6, 0]], "then": [[7, 0]]},
        {"says": "problems raised, solved, declined", "ask": "select count(*), sum(a.state = 'done'), sum(a.state = 'no') from counted_event r left"
         " join counted_event a on a.reply_to = r.id where r.type = 'request'", "is": [[5, 3, 1]]},
        {"says": "health and law", "ask": "select note, persons from counted_event where type = 'session' order by persons",
         "is": [["普法", 12], ["体检", 28]]}],
    "change": {"at": "law-1", "find": "select id from counted_event where note = '高温提示函二'", "do": [["edit", "{id}", "tags+=E7"]]},
}
