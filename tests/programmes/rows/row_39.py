from data import at, codes, spread

# 8148 sessions with 30 or 31 children: 2760 x 31 + 5388 x 30 = 85,560 + 161,640 = 247,200.
HEADS = spread(247200, 8148)
SITES = codes("TG", 300)
SESSIONS = [{"type": "session", "time": at("2025-%02d-%02d" % (7 + n % 2, n % 28 + 1)), "site": SITES[n % 300], "person_times": heads,
             "campaign": "ZLWL", "note": "课程%02d" % (n % 22 + 1)} for n, heads in enumerate(HEADS)]

SCENARIO = {
    "row": 39,
    "name": "山东 工助未来托管：8148节课、24.72万人次，300个点补助（原100个）",
    "says": "8148 classes: 2760 x 31 + 5388 x 30 = 85,560 + 161,640 = 247,200 person-times = 24.72万, unscaled. 300 sites subsidised, 100 the year before. "
            "22 courses, 20余. Staff on one day at 300 sites: 2 each, TG300 has 1: below two, listed. Survey first: 1000 children (约), 600余 in two "
            "groups: 350 + 260 = 610.",
    "laptops": {"sd-1": "volunteer", "sd-2": "volunteer"},
    "lists": {
        "campaign": [{"code": "ZLWL", "type": "care", "start": "2025-07-01", "end": "2025-08-31"}],
        "site": [{"code": code, "roles": "hub"} for code in SITES],
        "grant": [{"code": "SUB-" + code, "type": "share", "campaign": "ZLWL", "site": code, "measure": "value", "qty": 2000000,
                   "valid_from": "2024-07-01" if n < 100 else "2025-07-01"} for n, code in enumerate(SITES)]},
    "records": {
        "sd-1": {"event": SESSIONS},
        "sd-2": {"event": [{"type": "shift", "time": at("2025-07-10"), "site": code, "party": "T%d" % k} for n, code in enumerate(SITES)
                           for k in ((1, 2) if n < 299 else (1,))]
                 + [{"type": "survey", "time": at("2025-06-20"), "campaign": "ZLWL", "trade": trade, "persons": persons, "precision": precision}
                    for trade, persons, precision in (("rider", 350, "exact"), ("courier", 260, "exact"), ("other", 390, "about"))]}},
    "reports": [
        {"says": "classes and person-times", "ask": "select count(*), sum(person_times) from counted_event where type = 'session'", "is": [[8148, 247200]],
         "then": [[8147, 247169]]},
        {"says": "subsidised now and the year before", "ask": "select count(*), sum(valid_from < '2025-01-01') from counted_grant", "is": [[300, 100]]},
        {"says": "courses", "ask": "select count(distinct note) from counted_event where type = 'session'", "is": [[22]]},
        {"says": "sites with fewer than two staff on a day", "ask": "select site, day, count(distinct party) from counted_event where type = 'shift' group by 1, 2"
         " having count(distinct party) < 2", "is": [["TG300", "2025-07-10", 1]]},
        {"says": "children, those of the two groups", "ask": "select sum(persons), sum(case when trade <> 'other' then persons else 0 end) from counted_event where"
         " type = 'survey'", "is": [[1000, 610]]},
        {"says": "surveyed before the first class", "ask": "select max(s.day) < (select min(day) from counted_event where type = 'session') from counted_event s"
         " where s.type = 'survey'", "is": [[1]]}],
    "change": {"at": "sd-1", "find": "select id from counted_event where type = 'session' and site = 'TG001' and person_times = 31 order by time, id limit 1",
               "do": [["void", "{id}", "--reason", "停课"]]},
}
