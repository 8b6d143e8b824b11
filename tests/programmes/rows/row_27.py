from data import at, codes, yuan

GROUPS = {"model": 10, "migrant": 40, "san": 20, "rider": 12, "med": 8, "retired": 6, "fisher": 5}  # 101 persons
PEOPLE = [(code, trade) for trade, count in GROUPS.items() for code in codes(trade[:2].upper(), count)]
# 101 x 600 yuan, 400 more for the first: 61,000.
GIVEN = [{"time": at("2021-01-15"), "campaign": "LJ21", "party": code, "trade": trade, "item": "CASH", "qty": yuan("1000" if n == 0 else "600"),
          "reason": "give", "from": "FUND"} for n, (code, trade) in enumerate(PEOPLE)]

SCENARIO = {
    "row": 27,
    "name": "合肥 两节送温暖（2020年12月至2021年2月），七类群体",
    "says": "Seven groups of 10 + 40 + 20 + 12 + 8 + 6 + 5 = 101 persons, times 100 = 10,100, 约1万余. 100 x 600 + 1000 = 61,000 yuan, times 100 = "
            "610万, 600余万. MO001, a model worker, was given 600 more as migrant: in two groups, listed; until that is voided 102 lines, 61,600 yuan. "
            "Visits (times 100): 1200 + 2000 + 500 = 12万 + 20万 + 5万 = 37万. Cash to 2 firms.",
    "scale": 100,
    "laptops": {"hf-1": "volunteer", "hf-2": "volunteer"},
    "lists": {"campaign": [{"code": "LJ21", "type": "warm", "start": "2020-12-01", "end": "2021-02-28"}],
              "item": [{"code": "CASH", "class": "cash", "unit": "分"}],
              "unit": [{"code": "F1", "level": "enterprise"}, {"code": "F2", "level": "enterprise"}],
              "party": [{"code": code, "type": "person", "trade": trade} for code, trade in PEOPLE]},
    "records": {
        "hf-1": {"move": GIVEN[:60], "event": [{"type": "visit", "time": at("2021-01-10"), "campaign": "LJ21", "person_times": count, "note": "慰问"}
                                               for count in (1200, 2000, 500)]},
        "hf-2": {"move": GIVEN[60:] + [{**GIVEN[0], "trade": "migrant", "qty": yuan("600"), "time": at("2021-01-20")}]
                 + [{"time": at("2021-01-18"), "campaign": "LJ21", "unit": unit, "item": "CASH", "qty": yuan("5000"), "reason": "pay", "from": "FUND",
                     "to": unit} for unit in ("F1", "F2")]}},
    "reports": [
        {"says": "by group: persons", "ask": "select trade, count(distinct party) from handout group by 1 order by 2 desc, 1",
         "is": [["migrant", 41], ["san", 20], ["rider", 12], ["model", 10], ["med", 8], ["retired", 6], ["fisher", 5]],
         "then": [["migrant", 40], ["san", 20], ["rider", 12], ["model", 10], ["med", 8], ["retired", 6], ["fisher", 5]]},
        {"says": "persons, each once", "ask": "select count(distinct party) from handout", "is": [[101]], "paper": 10100},
        {"says": "fen", "ask": "select sum(qty) from handout", "is": [[6160000]], "then": [[6100000]]},
        {"says": "in more than one group", "ask": "select party, count(distinct trade) from handout group by 1 having count(distinct trade) > 1",
         "is": [["MO001", 2]], "then": []},
        {"says": "visits", "ask": "select sum(person_times) from visit", "is": [[3700]], "paper": 370000},
        {"says": "cash to firms", "ask": "select count(distinct unit), sum(qty) from counted_move where reason = 'pay'", "is": [[2, 1000000]]},
        {"says": "the campaign's report", "ask": ["report", "campaign", "LJ21"], "is": {"visits": 3, "person_times": 3700, "lines": 102},
         "then": {"visits": 3, "person_times": 3700, "lines": 101}}],
    "change": {"at": "hf-2", "find": "select id from handout where party = 'MO001' and trade = 'migrant'", "do": [["void", "{id}", "--reason", "已按劳模慰问"]]},
}
