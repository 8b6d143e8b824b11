from data import at, codes

WORKERS = codes("HW", 180)
GOODS = ("TOWEL", "SOAP", "SHAMPOO", "POWDER", "WASH")
DAYS = {1: "2021-07-05", 2: "2021-07-06", 3: "2021-07-07"}
BATCHES = {1: WORKERS[:60], 2: WORKERS[60:120], 3: WORKERS[120:]}

SCENARIO = {
    "row": 18,
    "name": "琅琊 夏送清凉物资与免费送早餐：180名环卫工人，分批次",
    "says": "Named list of 180 in batches of 60 + 60 + 60: one breakfast each, 180 of 180. HW007 was served again in batch 2: 181 breakfasts, one "
            "person twice, listed. Five kinds of goods, 180 of each: 900.",
    "laptops": {"b-1": "volunteer", "b-2": "volunteer", "b-3": "volunteer"},
    "lists": {
        "item": [{"code": "BREAKFAST", "class": "food", "unit": "份"}] + [{"code": code, "class": "wash", "unit": "件"} for code in GOODS],
        "party": [{"code": code, "type": "person", "trade": "san", "list_source": "环卫所", "list_date": "2021-07-01"} for code in WORKERS],
        "grant": [{"code": "BATCH%d" % n, "type": "batch", "item": "BREAKFAST", "qty": 60, "batch": str(n)} for n in BATCHES]},
    "setup": [("hq", None, ["rule", "add", "--code", "ONE", "--scope", "person", "--item", "BREAKFAST", "--limit", "max", "--qty", "1", "--per",
                            "campaign", "--on-break", "hold"])],
    "records": {"b-%d" % n: {"move": [{"time": at(DAYS[n], "06:30"), "item": "BREAKFAST", "qty": 1, "reason": "give", "party": worker,
                                       "batch": n, "trade": "san"} for worker in people]
                             + [{"time": at(DAYS[n], "07:00"), "item": code, "qty": 60, "reason": "give", "batch": n, "trade": "san"}
                                for code in GOODS]
                             + ([{"time": at(DAYS[2], "06:40"), "item": "BREAKFAST", "qty": 1, "reason": "give", "party": "HW007", "batch": 2,
                                  "trade": "san"}] if n == 2 else [])}
                for n, people in BATCHES.items()},
    "reports": [
        {"says": "by batch: breakfasts, persons, planned", "ask": "select h.batch, sum(h.qty), count(distinct h.party), g.qty from handout h join"
         " counted_grant g on g.batch = h.batch where h.item = 'BREAKFAST' group by 1 order by 1",
         "is": [["1", 60, 60, 60], ["2", 61, 61, 60], ["3", 60, 60, 60]], "then": [["1", 60, 60, 60], ["2", 60, 60, 60], ["3", 60, 60, 60]]},
        {"says": "180 of 180", "ask": "select count(distinct h.party), (select count(*) from counted_party) from handout h where h.item ="
         " 'BREAKFAST'", "is": [[180, 180]]},
        {"says": "on the list and not served", "ask": "select count(*) from counted_party p left join handout h on h.party = p.code where h.id is null",
         "is": [[0]]},
        {"says": "served twice", "ask": "select party, sum(qty) from handout where item = 'BREAKFAST' group by 1 having sum(qty) > 1",
         "is": [["HW007", 2]], "then": []},
        {"says": "the rule holds it for a coordinator", "ask": ["day", DAYS[2]],
         "is": {"over_quota.#": 1, "over_quota.0.subject": "party:HW007", "over_quota.0.over": 1, "over_quota.0.state": "held"},
         "then": {"over_quota.#": 0}},
        {"says": "goods", "ask": "select count(distinct item), sum(qty) from handout where item <> 'BREAKFAST'", "is": [[5, 900]]}],
    "change": {"at": "b-2", "find": "select id from handout where party = 'HW007' and batch = '2'", "do": [["void", "{id}", "--reason", "领过了"]]},
}
