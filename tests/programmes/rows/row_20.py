from data import at, codes, spread

HUAINAN, JIESHOU = codes("HN", 78, 2), codes("JS", 10, 2)
SIX = "sign;layout;equip;func;rule;map"

SCENARIO = {
    "row": 20,
    "name": "淮南 幸福驿站「六有」；界首 爱心驿站",
    "says": "Huainan 78 stations, 8650余 person-times: 8650 over 78 is 70 x 111 + 8 x 110 = 7770 + 880, and 5 more at HN01: 8655. Jieshou 10 "
            "stations. All 88 have the six points but HN07, which lacks two.",
    "laptops": {"hn-1": "volunteer", "hn-2": "volunteer", "js-1": "volunteer"},
    "lists": {"site": [{"code": code, "roles": "station", "district": "淮南"} for code in HUAINAN]
              + [{"code": code, "roles": "station", "district": "界首"} for code in JIESHOU]},
    "records": {
        "hn-1": {"event": [{"type": "visit", "time": at("2021-08-%02d" % (n % 28 + 1)), "site": code, "person_times": count}
                           for n, (code, count) in enumerate(zip(HUAINAN, spread(8650, 78)))]},
        "hn-2": {"event": [{"type": "check", "time": at("2021-09-01"), "site": code, "six": "sign;layout;equip;func" if code == "HN07" else SIX}
                           for code in HUAINAN] + [{"type": "visit", "time": at("2021-08-30"), "site": "HN01", "person_times": 5}]},
        "js-1": {"event": [{"type": "check", "time": at("2021-09-01"), "site": code, "six": SIX} for code in JIESHOU]}},
    "reports": [
        {"says": "stations by city", "ask": "select district, count(*) from counted_site group by 1 order by 2", "is": [["界首", 10], ["淮南", 78]]},
        {"says": "8650余人次", "ask": "select sum(v.person_times) from visit v join counted_site s on s.code = v.site where s.district = '淮南'",
         "is": [[8655]], "then": [[8650]]},
        {"says": "all six points", "ask": "select s.district, count(*) from counted_event e join counted_site s on s.code = e.site where e.type = 'check'"
         " and json_array_length(e.six) = 6 group by 1 order by 2", "is": [["界首", 10], ["淮南", 77]]},
        {"says": "what lacks", "ask": "select site, 6 - json_array_length(six) from counted_event where type = 'check' and json_array_length(six) < 6",
         "is": [["HN07", 2]]}],
    "change": {"at": "hn-2", "find": "select id from visit where site = 'HN01' and person_times = 5", "do": [["void", "{id}", "--reason", "重复"]]},
}
