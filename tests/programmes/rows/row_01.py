from data import at, dealt, days

DAYS = days("2021-07-01", 62)
# Three times a day: 400 + 350 + 250 = 1000. On 5 August the last are 150, on 6 August the first are 450.
GIVEN = [{"time": at(day, clock), "site": "DOOR", "item": "W550", "qty": qty, "reason": "give", "campaign": "QL21"}
         for day in DAYS
         for clock, qty in (("09:00", 450 if day == "2021-08-06" else 400), ("12:30", 350),
                            ("15:40", 150 if day == "2021-08-05" else 250))]

SCENARIO = {
    "row": 1,
    "name": "工会清凉驿站 免费取水点，2021年7月至8月",
    "says": "31 + 31 = 62 days, at most 62 x 1000 = 62,000 bottles. 60 days of 1000, one of 900, one of 1050 (over the cap by 50, "
            "although 100 were left the day before: nothing rolls over): 60,000 + 900 + 1050 = 61,950.",
    "laptops": {"door-1": "master", "door-2": "volunteer"},
    "lists": {
        "campaign": [{"code": "QL21", "name": "夏送清凉2021", "type": "cool", "start": "2021-07-01", "end": "2021-08-31"}],
        "site": [{"code": "DOOR", "name": "职工服务中心门前", "roles": "station;water"}],
        "item": [{"code": "W550", "name": "瓶装水", "class": "water", "unit": "瓶"}],
        "grant": [{"code": "DOOR-DAY", "type": "share", "campaign": "QL21", "site": "DOOR", "item": "W550", "qty": 1000,
                   "measure": "items"}],
        "event": [{"type": "note", "time": at("2021-09-10"), "campaign": "QL21", "persons": 80000, "precision": "over",
                   "note": "服务人数", "source": "年度总结"},
                  {"type": "note", "time": at("2021-09-10"), "campaign": "QL21", "persons": 64000, "precision": "over",
                   "note": "捐赠人数", "source": "募捐平台"}]},
    "setup": [("hq", "cap", ["rule", "add", "--code", "CAP", "--scope", "site", "--site", "DOOR", "--item", "W550", "--limit", "max", "--qty",
                             "1000", "--per", "day", "--on-break", "warn"])],
    "records": {laptop: {"move": rows} for laptop, rows in dealt(GIVEN, "door-1", "door-2").items()},
    "reports": [
        {"says": "days and bottles of two months", "ask": "select count(distinct day), sum(qty) from handout",
         "is": [[62, 61950]], "then": [[62, 61900]]},
        {"says": "days over the cap of the site's share, and by how much",
         "ask": "select h.day, sum(h.qty) - g.qty from handout h join counted_grant g on g.site = h.site and g.item = h.item"
                " where g.type = 'share' group by h.day, g.code having sum(h.qty) > g.qty",
         "is": [["2021-08-06", 50]], "then": []},
        {"says": "the rule says the same of that day, and nothing of the day before", "ask": ["day", "2021-08-06"],
         "is": {"over_quota.#": 1, "over_quota.0.over": 50, "over_quota.0.total": 1050, "over_quota.0.limit": 1000, "over_quota.0.rule": "CAP",
                "over_quota.0.handouts.#": 3}, "then": {"over_quota.#": 0}},
        {"says": "a full day is not over", "ask": ["day", "2021-08-05"], "is": {"over_quota.#": 0}},
        {"says": "when it ran out: the time of the record that reached 1000",
         "ask": "with s as (select day, time, sum(qty) over (partition by day order by time) as so_far from handout)"
                " select min(time) from s where so_far >= 1000 and day = '2021-07-20'",
         "is": [["2021-07-20T15:40:00+08:00"]]},
        {"says": "the day's report: 400 + 350 + 250", "ask": ["day", "2021-07-20"],
         "is": {"items.W550": 1000, "by_site.DOOR.W550": 1000, "lines": 3, "persons": 0}},
        {"says": "the day of the excess: 450 + 350 + 250", "ask": ["day", "2021-08-06"], "is": {"items.W550": 1050}, "then": {"items.W550": 1000}},
        {"says": "bottles are not persons: no handout says how many people", "ask": "select count(*) from visit", "is": [[0]]},
        {"says": "people served and donors, each more than, each with its source, never added",
         "ask": "select note, persons, precision, source from counted_event order by persons",
         "is": [["捐赠人数", 64000, "over", "募捐平台"], ["服务人数", 80000, "over", "年度总结"]]},
        {"says": "the campaign's report", "ask": ["report", "campaign", "QL21"],
         "is": {"items.W550": 61950, "by_day.#": 62, "by_day.2021-08-05.items.W550": 900, "by_site.DOOR.items.W550": 61950},
         "then": {"items.W550": 61900, "by_day.#": 62, "by_day.2021-08-05.items.W550": 900, "by_site.DOOR.items.W550": 61900}}],
    "change": {"at": "door-1", "find": "select id from counted_move where qty = 450 and laptop = 'door-1'",
               "do": [["void", "{id}", "--reason", "记多了"],
                      ["add", "move", "time=" + at("2021-08-06"), "site=DOOR", "item=W550", "qty=400", "reason=give", "campaign=QL21"]]},
}
