from data import at, codes, dealt

WORKERS = codes("W", 13, 2)
# 13 workers (times 1000) with 2000 masks in all (times 1000): 12 x 154 + 152.
MASKS = [{"time": at("2022-03-%02d" % (n + 5)), "campaign": "QHD1", "party": code, "item": "MASK", "qty": 154 if n < 12 else 152, "reason": "give"}
         for n, code in enumerate(WORKERS)]
EARLY = {"time": at("2022-02-28"), "campaign": "QHD2", "item": "HEN", "qty": 10, "reason": "give"}

SCENARIO = {
    "row": 26,
    "name": "秦皇岛 秦工普惠：审核办法、评审委员会，每月一两项",
    "says": "13 workers and 12 x 154 + 152 = 2000 masks, times 1000 = 13,000 and 200万. 3000 bags, 600 hens (590 + 10). The committee approved QHD1 on "
            "1 March and QHD2 on 2 March: the 10 hens of 28 February were handed out before it: listed. 20 joiners, times 1000 = 2万.",
    "scale": 1000,
    "laptops": {"qhd-1": "volunteer", "qhd-2": "volunteer"},
    "lists": {
        "campaign": [{"code": "QHD1", "type": "perk", "state": "ok"}, {"code": "QHD2", "type": "perk", "state": "ok"}],
        "item": [{"code": "MASK", "class": "ppe", "unit": "个"}, {"code": "BAG", "class": "kit", "unit": "份"}, {"code": "HEN", "class": "food", "unit": "只"}],
        "event": [{"type": "session", "time": at("2022-03-01", "08:00"), "campaign": "QHD1", "result": "ok", "note": "评审委员会"},
                  {"type": "session", "time": at("2022-03-02", "08:00"), "campaign": "QHD2", "result": "ok", "note": "评审委员会"}]},
    "records": {
        "qhd-1": {"move": MASKS, "event": [{"type": "note", "time": at("2022-03-31"), "campaign": "QHD1", "persons": 20, "tags": "joined"}]},
        "qhd-2": {"move": [EARLY, {"time": at("2022-03-06"), "campaign": "QHD2", "item": "HEN", "qty": 590, "reason": "give"},
                           {"time": at("2022-03-06"), "campaign": "QHD2", "item": "BAG", "qty": 3000, "reason": "give"}]}},
    "reports": [
        {"says": "workers", "ask": "select count(distinct party) from handout where item = 'MASK'", "is": [[13]], "paper": 13000},
        {"says": "masks", "ask": "select sum(qty) from handout where item = 'MASK'", "is": [[2000]], "paper": 2000000},
        {"says": "bags and hens", "ask": "select item, sum(qty) from handout where campaign = 'QHD2' group by 1 order by 1", "is": [["BAG", 3000], ["HEN", 600]],
         "then": [["BAG", 3000], ["HEN", 590]]},
        {"says": "handed out before approval", "ask": "select h.campaign, h.day, h.qty from handout h where not exists (select 1 from counted_event a where"
         " a.campaign = h.campaign and a.note = '评审委员会' and a.result = 'ok' and a.time <= h.time)", "is": [["QHD2", "2022-02-28", 10]], "then": []},
        {"says": "joiners", "ask": "select persons from counted_event where persons is not null", "is": [[20]], "paper": 20000}],
    "change": {"at": "qhd-2", "find": "select id from handout where qty = 10", "do": [["void", "{id}", "--reason", "未经审核，已收回"]]},
}
