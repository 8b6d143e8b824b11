from data import MEET, at, codes

# 85 women of eight groups.
GROUPS = {"home": 20, "courier": 10, "rider": 5, "san": 25, "green": 8, "bus": 7, "hail": 4, "other": 6}
WOMEN = [(code, trade) for trade, count in GROUPS.items() for code in codes(trade[:2].upper(), count, 2)]
FINDINGS = [("f%d" % n, site, due) for n, (site, due) in enumerate((("W1", "2021-09-10"), ("W1", "2021-09-10"), ("W2", "2021-09-20"), ("W3", "2021-09-30")), 1)]

SCENARIO = {
    "row": 35,
    "name": "桐城 八大群体「两癌」筛查85人；宿松 窗口检查对标",
    "says": "20 + 10 + 5 + 25 + 8 + 7 + 4 + 6 = 85 women of 8 groups, each once. Inspection: 4 findings, each with an owner and a deadline; f1 and f2 "
            "fixed (f2 on 12 September, 2 days late), f3 and f4 open: 2 open, of which f3 is overdue on 25 September.",
    "laptops": {"tc-1": "volunteer", "ss-1": "volunteer"},
    "lists": {"party": [{"code": code, "type": "person", "trade": trade} for code, trade in WOMEN],
              "unit": [{"code": "WIN", "level": "district"}], "site": [{"code": "W%d" % n, "roles": "hub"} for n in (1, 2, 3)]},
    "records": {"tc-1": {"event": [{"type": "session", "time": at("2021-09-01"), "party": code, "trade": trade, "note": "两癌筛查"} for code, trade in WOMEN]}},
    "steps": [("ss-1", name, ["add", "event", "type=check", "ok=0", "site=" + site, "unit=WIN", "due=" + due, "note=对标检查", "time=" + at("2021-09-05")])
              for name, site, due in FINDINGS] + [MEET]
    + [("tc-1", None, ["add", "event", "type=reply", "reply_to={%s}" % name, "state=done", "time=" + at(day)])
       for name, day in (("f1", "2021-09-08"), ("f2", "2021-09-12"))],
    "reports": [
        {"says": "screened, groups", "ask": "select count(distinct party), count(distinct trade) from counted_event where type = 'session'", "is": [[85, 8]],
         "then": [[84, 8]]},
        {"says": "findings, open", "ask": "select count(*), sum(not exists (select 1 from counted_event a where a.reply_to = f.id and a.state = 'done')) from"
         " counted_event f where f.type = 'check'", "is": [[4, 2]]},
        {"says": "without an owner or a deadline", "ask": "select count(*) from counted_event where type = 'check' and (unit is null or due is null)",
         "is": [[0]]},
        {"says": "fixed late, days", "ask": "select f.site, cast(julianday(a.day) - julianday(f.due) as integer) from counted_event f join counted_event a on"
         " a.reply_to = f.id where a.day > f.due", "is": [["W1", 2]]},
        {"says": "overdue on 25 September", "ask": "select f.site from counted_event f where f.type = 'check' and f.due < '2021-09-25' and not exists (select 1"
         " from counted_event a where a.reply_to = f.id and a.state = 'done')", "is": [["W2"]]}],
    "change": {"at": "tc-1", "find": "select id from counted_event where party = 'OT06'", "do": [["void", "{id}", "--reason", "未到场"]]},
}
