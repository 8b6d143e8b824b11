from data import at, codes, months

PAIRS = codes("PAIR", 49, 2)
MEMBERS = ["U%02d" % (n % 40 + 1) for n in range(49)]
MONTHS = months("2021-01-10", 12)
# Everybody was called every month, but PAIR07 in May and PAIR31 in October; visited twice, but PAIR12 once.
CALLS = [{"type": "call", "time": at(day), "party": "H" + pair, "grant": pair, "unit": MEMBERS[n]}
         for day in MONTHS for n, pair in enumerate(PAIRS) if (pair, day[5:7]) not in (("PAIR07", "05"), ("PAIR31", "10"))]
VISITS = [{"type": "visit", "time": at(day), "party": "H" + pair, "grant": pair, "unit": MEMBERS[n]}
          for day in ("2021-03-15", "2021-09-15") for n, pair in enumerate(PAIRS) if (pair, day) != ("PAIR12", "2021-09-15")]

DUE_MONTHS = "with recursive m(n) as (select 1 union all select n + 1 from m where n < 12)"

SCENARIO = {
    "row": 30,
    "name": "淮南 结对：40名委员与49户；每月电话1次，每半年走访1次",
    "says": "49 pairs (40 members), 22 pairs of the office staff stand in the list too. Due in a year: 49 x 12 = 588 calls, 49 x 2 = 98 visits. Done: "
            "588 - 2 = 586 and 98 - 1 = 97. Overdue: PAIR07 in May, PAIR31 in October; PAIR12 in the second half-year.",
    "laptops": {"tel-1": "volunteer", "tel-2": "volunteer", "walk-1": "volunteer"},
    "lists": {
        "unit": [{"code": "U%02d" % n, "level": "team"} for n in range(1, 41)],
        "party": [{"code": "H" + pair, "type": "household", "register": "deep"} for pair in PAIRS],
        "grant": [{"code": pair, "type": "duty", "unit": MEMBERS[n], "party": "H" + pair, "valid_from": "2021-01-01", "valid_to": "2021-12-31"}
                  for n, pair in enumerate(PAIRS)]
        + [{"code": "OFFICE%02d" % n, "type": "duty", "valid_from": "2022-01-01"} for n in range(1, 23)]},
    "setup": [("hq", None, ["rule", "add", "--code", kind, "--scope", "pair", "--limit", "min", "--qty", "1", "--per", per, "--event-type", kind,
                            "--on-break", "warn"]) for kind, per in (("call", "month"), ("visit", "half_year"))],
    "records": {"tel-1": {"event": CALLS[:300]}, "tel-2": {"event": CALLS[300:]}, "walk-1": {"event": VISITS}},
    "reports": [
        {"says": "due and done of the year: calls, visits", "ask": "select (select count(*) * 12 from counted_grant where valid_to = '2021-12-31'),"
         " sum(type = 'call'), (select count(*) * 2 from counted_grant where valid_to = '2021-12-31'), sum(type = 'visit') from counted_event",
         "is": [[588, 586, 98, 97]], "then": [[588, 585, 98, 97]]},
        {"says": "overdue calls by pair and month", "ask": DUE_MONTHS + " select g.code, m.n from counted_grant g, m where g.valid_to = '2021-12-31' and not"
         " exists (select 1 from counted_event e where e.grant = g.code and e.type = 'call' and cast(substr(e.day, 6, 2) as integer) = m.n) order by 1",
         "is": [["PAIR07", 5], ["PAIR31", 10]], "then": [["PAIR01", 12], ["PAIR07", 5], ["PAIR31", 10]]},
        {"says": "overdue visits by half-year", "ask": "select g.code, h.n from counted_grant g, (select 1 as n union select 2) h where g.valid_to = '2021-12-31'"
         " and not exists (select 1 from counted_event e where e.grant = g.code and e.type = 'visit' and (cast(substr(e.day, 6, 2) as integer) + 5) / 6 ="
         " h.n)", "is": [["PAIR12", 2]]},
        # On 1 January 2022 the 22 pairs of the office begin: 22 calls and 22 visits are due.
        {"says": "the duties of the year by the rules: 586 + 97 done, 2 + 1 overdue", "ask": ["rule", "due", "--on", "2022-01-01"],
         "is": {"done": 683, "overdue": 3, "due": 44}, "then": {"done": 682, "overdue": 4, "due": 44}},
        {"says": "members, pairs, pairs of the office", "ask": "select count(distinct unit), sum(valid_to is not null), sum(code like 'OFFICE%') from"
         " counted_grant", "is": [[40, 49, 22]]}],
    "change": {"at": "tel-2", "find": "select id from counted_event where grant = 'PAIR01' and day = '2021-12-10'", "do": [["void", "{id}", "--reason", "没有打通"]]},
}
