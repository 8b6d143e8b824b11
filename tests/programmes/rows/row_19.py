from data import at, codes, yuan

MERCHANTS = codes("EL", 401)
BUILT = MERCHANTS[:11]
SIX = "sign;layout;equip;func;rule;map"

SCENARIO = {
    "row": 19,
    "name": "饿了么 一平米温暖爱心驿站：申报、遴选、审批立项、经费划拨、监督检查",
    "says": "401 merchants applied, times 100 = 40,100, 4万余; 11 are built, times 100 = 1,100, 上千家. 9 of 11 have all six points (EL010 lacks the "
            "map, EL011 the rules); 3 have a photograph of their check, so 8 do not. Funds 11 x 500 yuan. Consumption 11 x 40 = 440 bottles; "
            "person-times 10 x 12 + 5010 at the business district's (unscaled, 5000多) = 5130.",
    "scale": 100,
    "laptops": {"check-1": "volunteer", "check-2": "volunteer"},
    "lists": {
        "site": [{"code": code, "roles": "station", "state": "applied" if n >= 20 else "approved", "partner": "饿了么"}
                 for n, code in enumerate(MERCHANTS)],
        "item": [{"code": "CASH", "class": "cash", "unit": "分"}, {"code": "W550", "class": "water", "unit": "瓶"}],
        "grant": [{"code": "EL-" + code, "type": "share", "site": code, "item": "CASH", "qty": yuan("500"), "measure": "value"} for code in BUILT],
        "move": [{"time": at("2022-03-01"), "item": "CASH", "qty": yuan("500"), "reason": "pay", "from": "FUND", "to": code, "site": code,
                  "grant": "EL-" + code} for code in BUILT]},
    "records": {
        "check-1": {"event": [{"type": "check", "time": at("2022-03-20"), "site": code,
                               "six": {"EL010": "sign;layout;equip;func;rule", "EL011": "sign;layout;equip;func;map"}.get(code, SIX)}
                              for code in BUILT]},
        "check-2": {"event": [{"type": "visit", "time": at("2022-04-%02d" % (n + 1)), "site": code, "person_times": 12 if n else 5010}
                              for n, code in enumerate(BUILT)],
                    "move": [{"time": at("2022-04-%02d" % (n + 1)), "site": code, "item": "W550", "qty": 40, "reason": "give"}
                             for n, code in enumerate(BUILT)]}},
    "setup": [("hq", None, ["write", "photo.jpg", "照片"])],
    "steps": [("check-1", "c%d" % n, ["add", "event", "type=check", "site=EL00%d" % n, "time=" + at("2022-03-21"), "six=" + SIX]) for n in (1, 2, 3)]
    + [("check-1", None, ["file", "add", "{folder}/photo.jpg", "--role", "photo", "--event", "{c%d}" % n]) for n in (1, 2, 3)],
    "reports": [
        {"says": "applied", "ask": "select count(*) from counted_site", "is": [[401]], "paper": 40100},
        {"says": "built: paid and checked", "ask": "select count(distinct m.site) from counted_move m join counted_event e on e.site = m.site and"
         " e.type = 'check' where m.reason = 'pay'", "is": [[11]], "paper": 1100},
        {"says": "paid without approval", "ask": "select m.site from counted_move m join counted_site s on s.code = m.site where m.reason = 'pay' and"
         " s.state = 'applied'", "is": []},
        {"says": "stations that lack one of the six points", "ask": "select e.site, 6 - count(distinct x.value) from counted_event e, json_each(e.six)"
         " x where e.type = 'check' group by e.site having count(distinct x.value) < 6 order by 1", "is": [["EL010", 1], ["EL011", 1]],
         "then": [["EL011", 1]]},
        {"says": "stations without a photograph of a check", "ask": "select count(distinct e.site) from counted_event e where e.type = 'check' and"
         " not exists (select 1 from counted_event c join counted_file f on f.event = c.id and f.role = 'photo' where c.site = e.site)",
         "is": [[8]]},
        {"says": "stations, person-times, consumption", "ask": "select (select count(distinct site) from visit), (select sum(person_times) from visit),"
         " (select sum(qty) from handout)", "is": [[11, 5130, 440]]},
        {"says": "funds", "ask": "select sum(qty) from counted_move where reason = 'pay'", "is": [[550000]]}],
    "change": {"at": "check-1", "find": "select id from counted_event where site = 'EL010' and type = 'check'", "do": [["edit", "{id}", "six+=map"]]},
}
