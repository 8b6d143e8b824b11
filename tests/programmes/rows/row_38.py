from data import at, codes

UNITS = codes("CJ", 30, 2)
KINDS = {"TEA": 10, "SOAP": 8, "TOWEL": 6, "SUGAR": 5, "SALT": 3, "DRUG": 2}  # 34 a unit

SCENARIO = {
    "row": 38,
    "name": "恒源煤矿 七个一：30个车间工会领取6种1000余件",
    "says": "30 units x (10 + 8 + 6 + 5 + 3 + 2 = 34) = 1020 items, 1000余, of 6 kinds. Issue: 300 + 240 + 180 + 150 + 90 + 60 = 1020. Each unit's delegate "
            "signs: 29 signatures, CJ30's is missing. 30 of 30 units.",
    "laptops": {"mine-1": "volunteer", "mine-2": "volunteer"},
    "lists": {
        "unit": [{"code": code, "level": "workshop"} for code in UNITS],
        "item": [{"code": code, "class": "kit", "unit": "件"} for code in KINDS],
        "grant": [{"code": "ISSUE-" + code, "type": "plan", "item": code, "qty": 30 * qty, "measure": "items"} for code, qty in KINDS.items()]},
    "setup": [("hq", None, ["write", "sign.png", "签名"])],
    "records": {laptop: {"move": [{"time": at("2021-07-10"), "item": item, "qty": qty, "reason": "give", "unit": unit, "to": unit, "from": "DEPOT"}
                                  for unit in units for item, qty in KINDS.items()]}
                for laptop, units in (("mine-1", UNITS[:15]), ("mine-2", UNITS[15:]))},
    "steps": [step for n, unit in enumerate(UNITS) for step in (
        [("mine-1", unit, ["add", "event", "type=handout", "unit=" + unit, "time=" + at("2021-07-10", "10:00"), "note=代表签领"])]
        + ([("mine-1", None, ["file", "add", "{folder}/sign.png", "--role", "signature", "--event", "{%s}" % unit])] if n < 29 else []))],
    "reports": [
        {"says": "units that fetched", "ask": "select count(distinct h.unit), (select count(*) from counted_unit) from handout h", "is": [[30, 30]]},
        {"says": "units make the issue", "ask": "select g.item, g.qty, sum(h.qty) from counted_grant g join handout h on h.item = g.item group by 1 order by 2 desc",
         "is": [["TEA", 300, 300], ["SOAP", 240, 240], ["TOWEL", 180, 180], ["SUGAR", 150, 150], ["SALT", 90, 90], ["DRUG", 60, 60]],
         "then": [["TEA", 300, 299], ["SOAP", 240, 240], ["TOWEL", 180, 180], ["SUGAR", 150, 150], ["SALT", 90, 90], ["DRUG", 60, 60]]},
        {"says": "items of kinds", "ask": "select count(distinct item), sum(qty) from handout", "is": [[6, 1020]], "then": [[6, 1019]]},
        {"says": "units without a signature", "ask": "select e.unit from counted_event e left join counted_file f on f.event = e.id and f.role = 'signature' where"
         " e.note = '代表签领' and f.id is null", "is": [["CJ30"]]}],
    "change": {"at": "mine-2", "find": "select id from handout where unit = 'CJ16' and item = 'TEA'", "do": [["void", "{id}", "--reason", "少领一件"],
                      ["add", "move", "time=" + at("2021-07-10"), "item=TEA", "qty=9", "reason=give", "unit=CJ16", "to=CJ16", "from=DEPOT"]]},
}
