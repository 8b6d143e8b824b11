from data import at, codes, months, spread

BOXES, POINTS = codes("BOX", 5, 1), codes("JL", 5, 1)
MONTHS = months("2022-01-05", 3)
BOOKS = spread(303, 5)  # 61 61 61 60 60
# Every month each box goes on by one point; BOX5 was not moved in March.
TURNS = [(box, POINTS[(n + m) % 5], day, POINTS[(n + m - 1) % 5] if m else "DEPOT")
         for m, day in enumerate(MONTHS) for n, box in enumerate(BOXES)]

SCENARIO = {
    "row": 37,
    "name": "江汉 图书漂流箱：300多本书、6类、5箱、5个计量点，每月漂流",
    "says": "61 + 61 + 61 + 60 + 60 = 303 books (300多) of 6 subjects in 5 boxes. Plan 5 boxes x 3 months = 15 moves, done 14: BOX5 stays at JL1 in March. "
            "So JL1 has BOX5, and BOX4, which came by plan: two boxes at one point, listed; JL2 has none. Counted at hand-over in March: BOX1 59 of 61, 2 "
            "missing.",
    "laptops": {"jh-1": "volunteer", "jh-2": "volunteer"},
    "lists": {
        "site": [{"code": code, "name": "计量点" + code} for code in POINTS],
        "item": [{"code": box, "class": "book", "serial": "1", "unit": "箱"} for box in BOXES]
        + [{"code": "BOOK%d" % n, "class": "book", "unit": "本"} for n in range(1, 7)],
        "grant": [{"code": "%s-%s" % (box, day[:7]), "type": "turn", "item": box, "site": to, "valid_from": day[:8] + "01", "valid_to": day[:8] + "28"}
                  for box, to, day, _ in TURNS],
        "move": [{"time": at("2022-01-01"), "item": "BOOK%d" % (n + 1), "qty": qty, "reason": "buy", "to": "DEPOT"} for n, qty in enumerate(spread(303, 6))]},
    "setup": [("hq", None, ["rule", "add", "--code", "TURN", "--scope", "asset", "--limit", "order", "--qty", "1", "--per", "month", "--on-break",
                            "warn"])],
    "records": {
        "jh-1": {"move": [{"time": at(day), "item": box, "qty": 1, "reason": "turn", "from": source, "to": to, "site": to}
                          for box, to, day, source in TURNS if (box, day) != ("BOX5", MONTHS[2])]},
        "jh-2": {"move": [{"time": at(MONTHS[1], "08:00"), "item": "BOX3", "qty": 1, "reason": "turn", "from": "JL3", "to": "JL5", "site": "JL5"}],
                 "event": [{"type": "count", "time": at(MONTHS[0]), "note": box, "tally": count} for box, count in zip(BOXES, BOOKS)]
                 + [{"type": "count", "time": at(MONTHS[2]), "note": "BOX1", "tally": 59}]}},
    "reports": [
        {"says": "plan and done", "ask": "select count(*), sum(exists (select 1 from counted_move m where m.item = g.item and m.\"to\" = g.site and m.reason ="
         " 'turn' and m.day between g.valid_from and g.valid_to)) from counted_grant g where g.type = 'turn'", "is": [[15, 14]], "then": [[15, 13]]},
        {"says": "not moved as planned", "ask": "select g.code, g.site from counted_grant g where g.type = 'turn' and not exists (select 1 from counted_move m where"
         " m.item = g.item and m.\"to\" = g.site and m.day between g.valid_from and g.valid_to) order by 1", "is": [["BOX5-2022-03", "JL2"]],
         "then": [["BOX1-2022-03", "JL3"], ["BOX5-2022-03", "JL2"]]},
        {"says": "every box is at exactly one place, that of its newest move", "ask": "select item, \"to\" from (select item, \"to\", row_number() over (partition by"
         " item order by time desc) as n from counted_move where reason = 'turn') where n = 1 order by 1",
         "is": [["BOX1", "JL3"], ["BOX2", "JL4"], ["BOX3", "JL5"], ["BOX4", "JL1"], ["BOX5", "JL1"]],
         "then": [["BOX1", "JL2"], ["BOX2", "JL4"], ["BOX3", "JL5"], ["BOX4", "JL1"], ["BOX5", "JL1"]]},
        {"says": "a box that came to two places in one month (BOX3: JL5 at eight, JL4 at nine)", "ask": ["day", MONTHS[1]],
         "is": {"over_quota.#": 1, "over_quota.0.subject": "item:BOX3", "over_quota.0.over": 1, "over_quota.0.double_place": True}},
        {"says": "points with two boxes", "ask": "select \"to\", count(*) from (select item, \"to\", row_number() over (partition by item order by time desc) as n"
         " from counted_move where reason = 'turn') where n = 1 group by 1 having count(*) > 1", "is": [["JL1", 2]]},
        {"says": "missing books: first count less newest", "ask": "select note, max(tally) - min(tally) from counted_event where type = 'count' group by 1 having"
         " count(*) > 1", "is": [["BOX1", 2]]},
        {"says": "books and subjects", "ask": "select count(*), sum(qty) from counted_move where reason = 'buy'", "is": [[6, 303]]}],
    "change": {"at": "jh-1", "find": "select id from counted_move where item = 'BOX1' and day = '2022-03-05'", "do": [["void", "{id}", "--reason", "没有送到"]]},
}
