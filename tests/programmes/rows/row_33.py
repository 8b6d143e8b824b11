from data import at, codes, spread, yuan

OLD, NEW = codes("GH", 575), ["NEW%02d" % n for n in range(1, 54)]
JOINED = spread(3518, 53)
DRIVERS = spread(9461, 20)

SCENARIO = {
    "row": 33,
    "name": "裕安 帮扶74.305万元；新建工会53家、入会3500余人；太和9461名司机入会",
    "says": "Support 74 x 10,000 + 3,050 = 743,050 yuan = 74.305万. Unions: opening 575, 53 new, closing 628. Members: opening 35,620 + 3,518 joined "
            "(3500余) = 39,138. Taihe: 20 sessions, 9461 drivers. A counter whose opening and change do not make its closing would be listed.",
    "laptops": {"ya-1": "volunteer", "ya-2": "lead", "th-1": "volunteer"},
    "lists": {"unit": [{"code": code, "level": "enterprise"} for code in OLD] + [{"code": code, "level": "enterprise", "note": "2021年新建"} for code in NEW]},
    "records": {
        "ya-1": {"event": [{"type": "visit", "time": at("2021-0%d-10" % (n % 9 + 1)), "party": "P%02d" % n, "support": "temp",
                            "value": yuan("3050" if n == 74 else "10000")} for n in range(75)]},
        "ya-2": {"event": [{"type": "note", "time": at("2021-06-01"), "unit": code, "tags": "joined", "tally": count, "source": "入会台账"}
                           for code, count in zip(NEW, JOINED)]
                 + [{"type": "note", "time": at(day), "tags": tag, "tally": tally, "source": "年报"}
                    for tag, tally, day in (("members at opening", 35620, "2021-01-01"), ("members at closing", 39138, "2021-12-31"),
                                            ("unions at opening", 575, "2021-01-01"), ("unions at closing", 628, "2021-12-31"))]},
        "th-1": {"event": [{"type": "session", "time": at("2021-09-%02d" % (n + 1)), "occasion": "joining", "trade": "truck", "persons": count}
                           for n, count in enumerate(DRIVERS)]}},
    "reports": [
        {"says": "support", "ask": "select count(*), sum(value) from counted_event where support is not null", "is": [[75, 74305000]]},
        {"says": "unions: all, new", "ask": "select count(*), sum(note is not null) from counted_unit", "is": [[628, 53]]},
        {"says": "joined", "ask": "select sum(e.tally) from counted_event e, json_each(e.tags) t where t.value = 'joined'", "is": [[3518]], "then": [[3508]]},
        {"says": "opening + change - closing: members, unions", "ask": "select sum(case when t.value = 'members at closing' then -tally when t.value in"
         " ('members at opening', 'joined') then tally else 0 end), sum(case t.value when 'unions at opening' then tally when 'unions at closing' then"
         " -tally else 0 end) + (select sum(note is not null) from counted_unit) from counted_event e, json_each(e.tags) t", "is": [[0, 0]], "then": [[-10, 0]]},
        {"says": "drivers", "ask": "select count(*), sum(persons) from counted_event where occasion = 'joining'", "is": [[20, 9461]]}],
    "change": {"at": "ya-2", "find": "select id from counted_event where unit = 'NEW53'", "do": [["edit", "{id}", "tally-=10"]]},
}
