from data import MEET, at, codes, spread, yuan

DONORS = codes("D", 103)
CARS = codes("CAR", 5, 1)
LOADS = [1401, 1401, 1401, 1401, 1402]  # 7006 boxes
DROPS = [(car, "%s-DROP%d" % (car, n + 1), qty) for car, load in zip(CARS, LOADS) for n, qty in enumerate(spread(load, 2))]

SCENARIO = {
    "row": 21,
    "name": "福建 环卫爱心年夜饭：先问心愿，103个认捐，5辆车9点10分出发",
    "says": "103 donors pledged and paid 946,000 yuan (94.6万) on 20 to 28 January, 9 days, under 10: 102 x 9,184 = 936,768 and one of 9,232. 7006 "
            "boxes (7000余) bought and loaded: 4 x 1401 + 1402 = 7006. 946,000 / 7006 = 135.02, about 135 yuan each. 10 drops; CAR5-DROP2 is not "
            "signed. HW0001 got two boxes. "
            "Each vehicle is an account of its laptop: it accepts its load and gives no more than that.",
    "laptops": {car.lower(): "lead" for car in CARS},
    "lists": {
        "party": [{"code": code, "type": "donor"} for code in DONORS],
        "site": [{"code": code, "roles": "vehicle"} for code in CARS] + [{"code": drop, "roles": "venue"} for _, drop, _ in DROPS],
        "item": [{"code": "BOX", "name": "年夜饭", "class": "kit", "unit": "份"}, {"code": "CASH", "class": "cash", "unit": "分"}],
        "grant": [{"code": "P-" + code, "type": "pledge", "party": code, "item": "CASH", "measure": "value",
                   "qty": yuan("9232" if n == 0 else "9184"), "valid_from": "2022-01-%02d" % (20 + n % 9)} for n, code in enumerate(DONORS)],
        "move": [{"time": at("2022-01-%02d" % (20 + n % 9)), "item": "CASH", "qty": yuan("9232" if n == 0 else "9184"), "reason": "gift",
                  "party": code, "grant": "P-" + code, "from": code, "to": "FUND"} for n, code in enumerate(DONORS)]
        + [{"time": at("2022-01-29"), "item": "BOX", "qty": 7006, "reason": "buy", "from": "MAKER", "to": "DEPOT", "value": yuan("946000")}]},
    "records": {car.lower(): {
        "event": [{"type": "request", "time": at("2022-01-10"), "note": "心愿：红烧肉", "trade": "san"},
                  {"type": "trip", "time": at("2022-01-30", "09:10"), "site": car}],
        "move": [{"time": at("2022-01-30", "11:30"), "item": "BOX", "qty": qty - (1 if drop in ("CAR1-DROP1", "CAR2-DROP1") else 0), "reason": "give",
                  "from": car, "site": drop, "trade": "san"} for other, drop, qty in DROPS if other == car]} for car in CARS},
    "setup": [("hq", None, ["rule", "add", "--code", "ONE", "--scope", "person", "--item", "BOX", "--limit", "max", "--qty", "1", "--per", "campaign",
                            "--on-break", "hold"]), ("hq", None, ["write", "sign.png", "签名"])],
    "open": [("hq", None, ["account", "open", car, "--owner", car.lower(), "--kind", "vehicle"]) for car in CARS]
    + [("hq", None, ["add", "move", "item=BOX", "qty=%d" % load, "reason=alloc", "from=DEPOT", "to=" + car, "site=" + car,
                     "time=" + at("2022-01-30", "09:00")]) for car, load in zip(CARS, LOADS)] + [MEET]
    + [(car.lower(), None, ["accept", "--all"]) for car in CARS],
    "steps": [("car1", None, ["add", "move", "item=BOX", "qty=1", "reason=give", "from=CAR1", "site=CAR1-DROP1", "party=HW0001", "trade=san",
                              "time=" + at("2022-01-30", "11:35")]),
              ("car2", "twice", ["add", "move", "item=BOX", "qty=1", "reason=give", "from=CAR2", "site=CAR2-DROP1", "party=HW0001", "trade=san",
                                 "time=" + at("2022-01-30", "11:40")]),
              # The vehicle is empty: its laptop records no more, whoever asks.
              ("car2", 4, ["add", "move", "item=BOX", "qty=1", "reason=give", "from=CAR2", "site=CAR2-DROP2"])]
    + [(car.lower(), "e " + drop, ["add", "event", "type=handout", "site=" + drop, "time=" + at("2022-01-30", "11:45")]) for car, drop, _ in DROPS]
    + [(car.lower(), None, ["file", "add", "{folder}/sign.png", "--role", "signature", "--event", "{e %s}" % drop])
       for car, drop, _ in DROPS if drop != "CAR5-DROP2"],
    "reports": [
        {"says": "donors, fen, days", "ask": "select count(distinct party), sum(qty), count(distinct day) from counted_move where reason = 'gift'",
         "is": [[103, 94600000, 9]]},
        {"says": "pledged and not paid", "ask": "select count(*) from counted_grant g left join counted_move m on m.grant = g.code and m.qty >= g.qty"
         " where g.type = 'pledge' and m.id is null", "is": [[0]]},
        {"says": "boxes bought and loaded", "ask": "select sum(case reason when 'buy' then qty else 0 end), sum(case reason when 'alloc' then qty else"
         " 0 end) from counted_move where item = 'BOX'", "is": [[7006, 7006]]},
        {"says": "fen a box, rounded", "ask": "select (value + qty / 2) / qty from counted_move where reason = 'buy'", "is": [[13503]]},
        {"says": "given by vehicle", "ask": "select \"from\", sum(qty) from handout where item = 'BOX' group by 1 order by 1",
         "is": [["CAR1", 1401], ["CAR2", 1401], ["CAR3", 1401], ["CAR4", 1401], ["CAR5", 1402]],
         "then": [["CAR1", 1401], ["CAR2", 1400], ["CAR3", 1401], ["CAR4", 1401], ["CAR5", 1402]]},
        {"says": "the vehicles' accounts: 7006 accepted and given out, nothing left; then one box is back on CAR2", "ask": ["stock"],
         "is": {"accounts.#": 5, "accounts.1.code": "CAR2", "accounts.1.items.BOX.received": 1401, "accounts.1.items.BOX.on_hand": 0,
                "totals.BOX.in": 7006, "totals.BOX.out": 7006, "totals.BOX.on_hand": 0, "cases.#": 0},
         "then": {"accounts.#": 5, "accounts.1.code": "CAR2", "accounts.1.items.BOX.received": 1401, "accounts.1.items.BOX.on_hand": 1,
                  "totals.BOX.in": 7006, "totals.BOX.out": 7005, "totals.BOX.on_hand": 1, "cases.#": 0}},
        {"says": "one box each", "ask": "select party, sum(qty) from handout where party is not null group by 1 having sum(qty) > 1",
         "is": [["HW0001", 2]], "then": []},
        {"says": "the rule holds the second box", "ask": ["day", "2022-01-30"],
         "is": {"over_quota.#": 1, "over_quota.0.subject": "party:HW0001", "over_quota.0.over": 1, "over_quota.0.state": "held"},
         "then": {"over_quota.#": 0}},
        {"says": "vehicles out at 9:10", "ask": "select count(*), min(substr(time, 12, 5)) from counted_event where type = 'trip'", "is": [[5, "09:10"]]},
        {"says": "drops without a signature", "ask": "select e.site from counted_event e left join counted_file f on f.event = e.id and f.role ="
         " 'signature' where e.type = 'handout' and f.id is null", "is": [["CAR5-DROP2"]]},
        {"says": "asked for wishes first", "ask": "select count(*) from counted_event where type = 'request' and day < '2022-01-20'", "is": [[5]]}],
    "change": {"at": "car2", "find": "select '{twice}'", "do": [["void", "{id}", "--reason", "领过了"]]},
}
