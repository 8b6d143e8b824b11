from data import at, codes, yuan

DONORS = codes("D", 20, 2)
# Two gave 50,000 at the beginning; the others 172,000: 17 x 10,000 and one of 2,000.
GIFTS = ([(DONORS[0], "50000", "2022-06-28"), (DONORS[1], "50000", "2022-06-28")]
         + [(donor, "10000", "2022-07-10") for donor in DONORS[2:19]] + [(DONORS[0], "2000", "2022-07-20")])

SCENARIO = {
    "row": 6,
    "name": "募捐：H5页面、爱心捐赠专码、基金会账户；爱心接力与留言",
    "says": "Cash: 2 x 50,000 (kick-off, 10万) + 17 x 10,000 + 2,000 = 272,000 yuan = 27.2万. D01 gave twice and is one donor: 19 cash "
            "donors, D20 gave in kind (1000 bottles worth 1,000 yuan, batch B1). Transferred 250,000, balance 22,000: 250,000 + 22,000 = "
            "272,000. 272,000 yuan / 145,000 workers = 1.8758, 1.88 yuan each.",
    "laptops": {"desk-1": "lead", "desk-2": "volunteer"},
    "lists": {
        "campaign": [{"code": "YPS22", "name": "一瓶水", "type": "water"}],
        "party": [{"code": code, "type": "donor"} for code in DONORS],
        "item": [{"code": "CASH", "class": "cash", "unit": "分"}, {"code": "W550", "class": "water", "unit": "瓶", "value": 100}],
        "event": [{"type": "note", "time": at("2022-09-30"), "campaign": "YPS22", "persons": 145000, "source": "年终总结"},
                  {"type": "note", "time": at("2022-12-31"), "campaign": "YPS22", "value": yuan("400000"), "persons": 200000,
                   "precision": "over", "source": "两年总结", "tags": "two-years"}]},
    "records": {
        "desk-1": {"move": [{"time": at(day), "campaign": "YPS22", "party": donor, "item": "CASH", "qty": yuan(amount),
                             "reason": "gift", "from": donor, "to": "FUND"} for donor, amount, day in GIFTS[:10]]},
        "desk-2": {"move": [{"time": at(day), "campaign": "YPS22", "party": donor, "item": "CASH", "qty": yuan(amount),
                             "reason": "gift", "from": donor, "to": "FUND"} for donor, amount, day in GIFTS[10:]]
                   + [{"time": at("2022-07-11"), "campaign": "YPS22", "party": "D20", "item": "W550", "qty": 1000, "reason": "gift",
                       "from": "D20", "to": "DEPOT", "batch": "B1", "value": yuan("1000")}],
                   "event": [{"type": "note", "time": at("2022-07-%02d" % n), "campaign": "YPS22", "note": "加油", "tags": "message"}
                             for n in range(1, 11)]},
        "hq": {"move": [{"time": at("2022-07-25"), "campaign": "YPS22", "item": "CASH", "qty": yuan("250000"), "reason": "pay",
                         "from": "FUND", "to": "BUYER"}],
               "grant": [{"code": "MATCH", "type": "pledge", "campaign": "YPS22", "party": "D02", "measure": "value",
                          "qty": yuan("10"), "note": "每条留言配捐1元"}]}},
    "reports": [
        {"says": "received, transferred, balance", "ask": "select sum(case when \"to\" = 'FUND' then qty else 0 end),"
         " sum(case when \"from\" = 'FUND' then qty else 0 end), sum(case when \"to\" = 'FUND' then qty else -qty end)"
         " from counted_move where item = 'CASH'", "is": [[27200000, 25000000, 2200000]], "then": [[26800000, 25000000, 1800000]]},
        {"says": "the kick-off", "ask": "select sum(qty) from counted_move where item = 'CASH' and reason = 'gift' and day = '2022-06-28'",
         "is": [[10000000]]},
        {"says": "donors, each once", "ask": "select count(distinct party), sum(item = 'CASH') from counted_move where reason = 'gift'",
         "is": [[20, 20]]},
        {"says": "in kind: a value and a batch", "ask": "select item, qty, value, batch from counted_move where reason = 'gift' and item <> 'CASH'",
         "is": [["W550", 1000, 100000, "B1"]]},
        {"says": "fen for each of the workers served, rounded",
         "ask": "select (m.s + e.persons / 2) / e.persons from (select sum(qty) as s from counted_move where item = 'CASH' and reason = 'gift') m,"
                " counted_event e where e.source = '年终总结'", "is": [[188]], "then": [[185]]},
        {"says": "messages against what the firm pledged (1 yuan each)", "ask": "select count(*) * 100, (select qty from counted_grant"
         " where code = 'MATCH') from counted_event e, json_each(e.tags) t where t.value = 'message'", "is": [[1000, 1000]]},
        {"says": "of two years, more than, with the source", "ask": "select e.value, persons, precision, source from counted_event e,"
         " json_each(e.tags) t where t.value = 'two-years'", "is": [[40000000, 200000, "over", "两年总结"]]}],
    "change": {"at": "desk-2", "find": "select id from counted_move where party = 'D19' and item = 'CASH'",
               "do": [["void", "{id}", "--reason", "金额有误"],
                      ["add", "move", "time=" + at("2022-07-10"), "campaign=YPS22", "party=D19", "item=CASH", "qty=600000", "reason=gift",
                       "from=D19", "to=FUND"]]},
}
