from data import at, codes

SITES = codes("LY", 24, 2)
OPENED = ["2016-05-01"] + ["2017-05-01"] * 3 + ["2018-05-01"] * 4 + ["2019-05-01"] * 5 + ["2020-05-01"] * 6 + ["2021-05-01"] * 5
FACILITIES = "water;micro;seat;ac;aid;umb;book"

SCENARIO = {
    "row": 17,
    "name": "琅琊 工会户外劳动者服务站：24个站点，24小时热水的警务亭",
    "says": "1 station in 2016, then 3 + 4 + 5 + 6 + 5 more: 1 + 23 = 24. Every station names its hours; 4 police kiosks are open 24 hours, LY24 is "
            "one and does not say so. Person-times 24 x 5 = 120 and 3 at the bus bay: 123, times 100 = 12,300, 上万人次. The first-aid box of LY02 "
            "expired on 1 June 2021.",
    "scale": 100,
    "laptops": {"ly-1": "master", "ly-2": "master"},
    "lists": {
        "site": [{"code": code, "roles": "station;kiosk" if n >= 20 else "station", "opened": opened, "state": "open",
                  "hours": "00:00-24:00" if n >= 20 else "08:00-18:00", "is_24h": "1" if 20 <= n < 23 else "0", "facilities": FACILITIES}
                 for n, (code, opened) in enumerate(zip(SITES, OPENED))],
        "item": [{"code": "AID", "class": "drug", "unit": "箱"}]},
    "records": {
        "ly-1": {"event": [{"type": "visit", "time": at("2021-07-%02d" % (n + 1)), "site": code, "person_times": 5} for n, code in enumerate(SITES)]},
        "ly-2": {"event": [{"type": "visit", "time": at("2021-07-30"), "site": "LY01", "person_times": 3, "note": "公交港湾"},
                           {"type": "rate", "time": at("2021-07-30"), "site": "LY01", "score": 5}],
                 "move": [{"time": at("2021-01-01"), "item": "AID", "qty": 1, "reason": "alloc", "site": "LY01", "to": "LY01", "expires": "2022-06-01"},
                          {"time": at("2021-01-01"), "item": "AID", "qty": 1, "reason": "alloc", "site": "LY02", "to": "LY02", "expires": "2021-06-01"}]}},
    "reports": [
        {"says": "person-times", "ask": "select sum(person_times) from visit", "is": [[123]], "then": [[120]], "paper": 12300},
        {"says": "stations open at the end of each year", "ask": "select (select count(*) from counted_site where opened <= '2016-12-31'),"
         " (select count(*) from counted_site where opened <= '2021-12-31')", "is": [[1, 24]]},
        {"says": "stations without hours", "ask": "select count(*) from counted_site where hours is null", "is": [[0]]},
        {"says": "kiosks that do not say 24 hours", "ask": "select code from counted_site where roles like '%kiosk%' and is_24h = 0",
         "is": [["LY24"]]},
        {"says": "each facility", "ask": "select count(distinct f.value), min(n) from (select f.value, count(*) as n from counted_site s,"
         " json_each(s.facilities) f group by 1) f", "is": [[7, 24]]},
        {"says": "first-aid boxes that have expired", "ask": "select site, expires from counted_move where item = 'AID' and expires < '2021-07-31'",
         "is": [["LY02", "2021-06-01"]]}],
    "change": {"at": "ly-2", "find": "select id from visit where note = '公交港湾'", "do": [["void", "{id}", "--reason", "重复"]]},
}
