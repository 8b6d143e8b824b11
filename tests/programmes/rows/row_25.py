from data import at, yuan

UNITS = {"H1": "300000", "H2": "250000", "H3": "250000", "H4": "200000", "H5": "200000", "H6": "150000"}

SCENARIO = {
    "row": 25,
    "name": "江苏 135万元拨给医院工会，六项措施",
    "says": "30 + 25 + 25 + 20 + 20 + 15 = 135万 to six hospital unions. Six measures are six sessions. The plan is 1,350,000 yuan; transfers of two "
            "laptops make it; when one is put right to 14万 the sum lacks 1万 and no longer equals the plan.",
    "laptops": {"fin-1": "lead", "fin-2": "lead"},
    "lists": {"campaign": [{"code": "JS135", "type": "warm"}], "item": [{"code": "CASH", "class": "cash", "unit": "分"}],
              "unit": [{"code": code, "level": "enterprise"} for code in UNITS],
              "grant": [{"code": "PLAN", "type": "plan", "campaign": "JS135", "item": "CASH", "measure": "value", "qty": yuan("1350000")}]},
    "records": {
        "fin-1": {"move": [{"time": at("2022-01-15"), "campaign": "JS135", "item": "CASH", "qty": yuan(amount), "reason": "pay", "from": "FUND",
                            "to": code, "unit": code} for code, amount in list(UNITS.items())[:3]]},
        "fin-2": {"move": [{"time": at("2022-01-16"), "campaign": "JS135", "item": "CASH", "qty": yuan(amount), "reason": "pay", "from": "FUND",
                            "to": code, "unit": code} for code, amount in list(UNITS.items())[3:]],
                  "event": [{"type": "session", "time": at("2022-01-1%d" % n), "campaign": "JS135", "note": "措施%d" % n} for n in range(1, 7)]}},
    "reports": [
        {"says": "by unit", "ask": "select unit, sum(qty) from counted_move group by 1 order by 1",
         "is": [["H1", 30000000], ["H2", 25000000], ["H3", 25000000], ["H4", 20000000], ["H5", 20000000], ["H6", 15000000]],
         "then": [["H1", 30000000], ["H2", 25000000], ["H3", 25000000], ["H4", 20000000], ["H5", 20000000], ["H6", 14000000]]},
        {"says": "transfers and plan", "ask": "select sum(m.qty), g.qty, sum(m.qty) = g.qty from counted_move m, counted_grant g", "is": [[135000000, 135000000, 1]],
         "then": [[134000000, 135000000, 0]]},
        {"says": "measures", "ask": "select count(distinct note) from counted_event where campaign = 'JS135'", "is": [[6]]}],
    "change": {"at": "fin-2", "find": "select id from counted_move where unit = 'H6'", "do": [["void", "{id}", "--reason", "金额有误"],
                      ["add", "move", "time=" + at("2022-01-16"), "campaign=JS135", "item=CASH", "qty=14000000", "reason=pay", "from=FUND",
                       "to=H6", "unit=H6"]]},
}
