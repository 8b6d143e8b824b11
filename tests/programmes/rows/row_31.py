from data import at, codes, spread, yuan

FIRMS = codes("QY", 249)
PEOPLE = spread(19698, 249)  # 27 firms with 80 and 222 with 79: 2160 + 17,538
RESTS = [("8处", 8, 340, "exact"), ("3处", 3, 120, "exact"), ("136处", 136, 8600, "over")]
UNITS = codes("EV", 9, 1)
SAMPLES = spread(940, 9)
FAMILIES = codes("TRI", 20, 2)

SCENARIO = {
    "row": 31,
    "name": "淮南 两节2020：1627万元、249家企业、1.9698万人；第三方评估；三轮车；疗休养；招聘会",
    "says": "249 visits to firms: 27 x 80 + 222 x 79 = 2160 + 17,538 = 19,698 persons; 248 x 65,341 + 65,432 = 16,204,568 + 65,432 = 16,270,000 "
            "yuan = 1627万. Survey: 940 samples of 9 units (4 x 105 + 5 x 104 = 420 + 520), all drawn from the register but one: listed. 20 "
            "families x 5000 yuan = 100,000 in tricycles. Rests 8/340, 3/120, 136/8600余. 25 job fairs.",
    "laptops": {"hn-1": "volunteer", "hn-2": "volunteer", "eval-1": "volunteer"},
    "lists": {
        "unit": [{"code": code, "level": "enterprise"} for code in FIRMS + UNITS],
        "party": [{"code": "REG%03d" % n, "type": "household", "register": "on"} for n in range(1, 941)]
        + [{"code": code, "type": "household", "register": "deep"} for code in FAMILIES],
        "item": [{"code": "TRIKE", "class": "kit", "unit": "辆", "serial": "1", "value": yuan("5000")}]},
    "records": {
        "hn-1": {"event": [{"type": "visit", "time": at("2020-01-%02d" % (n % 20 + 3)), "unit": code, "persons": persons,
                            "value": yuan("65432" if n == 248 else "65341")} for n, (code, persons) in enumerate(zip(FIRMS, PEOPLE))]},
        "hn-2": {"move": [{"time": at("2020-01-10"), "item": "TRIKE", "qty": 1, "reason": "give", "party": code, "value": yuan("5000"), "batch": "T" + code}
                          for code in FAMILIES],
                 "event": [{"type": "note", "time": at("2020-12-30"), "note": name, "tags": "rest", "tally": places, "persons": persons,
                            "precision": precision, "source": "年报"} for name, places, persons, precision in RESTS]
                 + [{"type": "session", "time": at("2020-%02d-10" % (n % 12 + 1)), "note": "招聘会"} for n in range(25)]},
        "eval-1": {"event": [{"type": "survey", "time": at("2020-11-20"), "unit": unit, "party": "REG%03d" % (sum(SAMPLES[:n]) + k + 1)
                              if (n, k) != (8, 0) else "UNKNOWN", "score": 5} for n, unit in enumerate(UNITS) for k in range(SAMPLES[n])]}},
    "reports": [
        {"says": "firms, persons, fen", "ask": "select count(distinct unit), sum(persons), sum(value) from visit", "is": [[249, 19698, 1627000000]],
         "then": [[249, 19697, 1627000000]]},
        {"says": "samples by unit make 940", "ask": "select count(distinct unit), count(*), min(n), max(n) from (select unit, count(*) over (partition by unit)"
         " as n from counted_event where type = 'survey')", "is": [[9, 940, 104, 105]]},
        {"says": "samples that are not from the register", "ask": "select e.unit, e.party from counted_event e left join counted_party p on p.code = e.party"
         " where e.type = 'survey' and p.id is null", "is": [["EV9", "UNKNOWN"]]},
        {"says": "tricycles", "ask": "select count(distinct party), sum(value) from handout where item = 'TRIKE'", "is": [[20, 10000000]]},
        {"says": "rests: places, persons, mark", "ask": "select e.tally, e.persons, e.precision from counted_event e where e.note like '%处' order by 2",
         "is": [[3, 120, "exact"], [8, 340, "exact"], [136, 8600, "over"]]},
        {"says": "job fairs", "ask": "select count(*) from counted_event where type = 'session'", "is": [[25]]}],
    "change": {"at": "hn-1", "find": "select id from visit where unit = 'QY001'", "do": [["edit", "{id}", "persons=79"]]},
}
