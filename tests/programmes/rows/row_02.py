from data import at, dealt

FIRMS = ("U-STATE", "U-BANK", "U-POWER")
# Person-times by trade: sanitation 50, building 40, couriers 39.
VISITS = [{"type": "visit", "time": at("2022-07-%02d" % (1 + n % 28)), "campaign": "YPS22", "site": "W%02d" % (n % 9 + 1),
           "trade": trade, "person_times": person_times, "unit": FIRMS[n % 3]}
          for n, (trade, person_times) in enumerate([("san", 5)] * 10 + [("build", 4)] * 10 + [("courier", 3)] * 13)]
GIVEN = [{"time": one["time"], "site": one["site"], "trade": one["trade"], "campaign": "YPS22", "unit": one["unit"],
          "item": "W550", "qty": 2 * one["person_times"], "reason": "give"} for one in VISITS]

SCENARIO = {
    "row": 2,
    "name": "一瓶水传递爱·进基层，2022年",
    "says": "10 visits of 5 + 10 of 4 + 13 of 3 = 50 + 40 + 39 = 129 person-times; times 1000 = 12.9万人次. Persons are not added: the "
            "campaign states 145, times 1000 = 14.5万. Two bottles a person-time: 258.",
    "scale": 1000,
    "laptops": {"fund-1": "lead", "firm-1": "volunteer", "firm-2": "volunteer"},
    "lists": {
        "campaign": [{"code": "YPS22", "name": "一瓶水传递爱", "type": "water"}],
        "unit": [{"code": code, "name": code, "level": "enterprise"} for code in FIRMS],
        "item": [{"code": "W550", "class": "water", "unit": "瓶"}],
        "site": [{"code": "W%02d" % n, "roles": "worksite"} for n in range(1, 10)],
        "event": [{"type": "note", "time": at("2022-09-30"), "campaign": "YPS22", "persons": 145, "source": "年终总结"}]},
    "records": {laptop: {"event": dealt(VISITS, "fund-1", "firm-1", "firm-2")[laptop], "move": rows}
                for laptop, rows in dealt(GIVEN, "fund-1", "firm-1", "firm-2").items()},
    "reports": [
        {"says": "12.9万人次", "ask": "select sum(person_times) from visit where campaign = 'YPS22'", "is": [[129]], "then": [[126]],
         "paper": 129000},
        {"says": "by trade", "ask": "select trade, sum(person_times) from visit group by trade order by 1",
         "is": [["build", 40], ["courier", 39], ["san", 50]], "then": [["build", 40], ["courier", 36], ["san", 50]]},
        {"says": "14.5万人, stated once for the campaign, in another column",
         "ask": "select persons from counted_event where campaign = 'YPS22' and persons is not null", "is": [[145]], "paper": 145000},
        {"says": "bottles by trade", "ask": "select trade, sum(qty) from handout group by trade order by 1",
         "is": [["build", 80], ["courier", 78], ["san", 100]]},
        {"says": "visits of each firm", "ask": "select unit, count(*) from visit group by unit order by unit",
         "is": [["U-BANK", 11], ["U-POWER", 11], ["U-STATE", 11]], "then": [["U-BANK", 11], ["U-POWER", 10], ["U-STATE", 11]]},
        {"says": "the campaign's report", "ask": ["report", "campaign", "YPS22"],
         "is": {"visits": 33, "person_times": 129, "by_trade.san": 50, "by_trade.courier": 39, "items.W550": 258},
         "then": {"visits": 32, "person_times": 126, "by_trade.san": 50, "by_trade.courier": 36, "items.W550": 258}},
        {"says": "every record behind the figure", "ask": ["explain", "person_times", "--campaign", "YPS22"],
         "is": {"total": 129, "records.#": 33}, "then": {"total": 126, "records.#": 32}}],
    "change": {"at": "firm-2", "find": "select id from visit where laptop = 'firm-2' and trade = 'courier' order by time desc, id limit 1",
               "do": [["void", "{id}", "--reason", "记了两次"]]},
}
