from data import at, codes

# Occasion: how many, of whom not yet visited.
OCCASIONS = {"birthday": (40, 2), "marriage": (6, 0), "joining": (12, 0), "retiring": (5, 1), "hospital": (9, 1), "death": (2, 0),
             "kin_death": (4, 0), "hardship": (8, 0), "sudden": (3, 0)}
LIST = [(occasion, code, n >= count - open_) for occasion, (count, open_) in OCCASIONS.items()
        for n, code in enumerate(codes(occasion[:4].upper(), count, 2))]

SCENARIO = {
    "row": 34,
    "name": "太原铁路 九种慰问：生日、结婚、入会、退休、住院、去世、亲属去世、困难、突发",
    "says": "40 + 6 + 12 + 5 + 9 + 2 + 4 + 8 + 3 = 89 occasions of nine kinds; 2 + 1 + 1 = 4 not visited yet, due on 20 October: overdue on 1 November. "
            "When one of them is done 3 are left. 85 visited x 200 yuan = 17,000.",
    "laptops": {"ty-1": "volunteer", "ty-2": "volunteer"},
    "lists": {"item": [{"code": "CASH", "class": "cash", "unit": "分"}],
              "party": [{"code": code, "type": "person"} for _, code, _ in LIST]},
    "records": {
        "ty-1": {"event": [{"type": "visit", "time": at("2021-10-10"), "occasion": occasion, "party": code, "due": "2021-10-20",
                            "state": "new" if open_ else "done"} for occasion, code, open_ in LIST]},
        "ty-2": {"move": [{"time": at("2021-10-12"), "party": code, "item": "CASH", "qty": 20000, "reason": "give", "from": "FUND"}
                          for _, code, open_ in LIST if not open_]}},
    "reports": [
        {"says": "by occasion: all, done", "ask": "select occasion, count(*), sum(state = 'done') from visit group by 1 order by 1",
         "is": [["birthday", 40, 38], ["death", 2, 2], ["hardship", 8, 8], ["hospital", 9, 8], ["joining", 12, 12], ["kin_death", 4, 4],
                ["marriage", 6, 6], ["retiring", 5, 4], ["sudden", 3, 3]],
         "then": [["birthday", 40, 38], ["death", 2, 2], ["hardship", 8, 8], ["hospital", 9, 9], ["joining", 12, 12], ["kin_death", 4, 4],
                  ["marriage", 6, 6], ["retiring", 5, 4], ["sudden", 3, 3]]},
        {"says": "overdue on 1 November", "ask": "select party from visit where state <> 'done' and due < '2021-11-01' order by 1",
         "is": [["BIRT39"], ["BIRT40"], ["HOSP09"], ["RETI05"]], "then": [["BIRT39"], ["BIRT40"], ["RETI05"]]},
        {"says": "nine kinds", "ask": "select count(distinct occasion), count(*) from visit", "is": [[9, 89]]},
        {"says": "fen given, to persons", "ask": "select sum(qty), count(distinct party) from handout", "is": [[1700000, 85]]}],
    "change": {"at": "ty-1", "find": "select id from visit where party = 'HOSP09'", "do": [["edit", "{id}", "state=done"]]},
}
