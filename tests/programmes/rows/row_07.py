from data import at, codes

SITES = codes("Y", 512)
# 23 columns 0.03 degrees apart; gathering places G01 to G08 stand on stations, G09 far from all.
PLACES = [{"code": code, "roles": "station", "lat": "%.5f" % (33.6 + 0.03 * (n // 23)), "lon": "%.5f" % (116.4 + 0.03 * (n % 23)),
           "facilities": "water;ac" if n < 500 else "water"} for n, code in enumerate(SITES)]
GATHER = [{"code": "G%02d" % (n + 1), "roles": "worksite", "lat": "%.5f" % (33.605 + 0.03 * n), "lon": "116.405"} for n in range(8)]
GATHER.append({"code": "G09", "roles": "worksite", "lat": "35.00000", "lon": "118.00000"})

# 15 minutes on foot: 1200 m. A degree of latitude is 111,320 m, of longitude here 92,300 m.
NEAR = ("((s.lat - g.lat) * 111320) * ((s.lat - g.lat) * 111320) + ((s.lon - g.lon) * 92300) * ((s.lon - g.lon) * 92300)"
        " <= 1200.0 * 1200.0")

SCENARIO = {
    "row": 7,
    "name": "服务驿站升级：500多个站点，饮水机、空调；15分钟服务圈",
    "says": "512 stations with a dispenser, 500 of them with air-conditioning; dispensers of 2 were found broken: 510 work. 9 gathering "
            "places, 8 have a station within 1200 m (0.005 degrees: 557 m north, 462 m east, 724 m), G09 has none.",
    "laptops": {"check-1": "volunteer", "check-2": "volunteer"},
    "lists": {"site": PLACES + GATHER},
    "records": {"check-1": {"event": [{"type": "check", "time": at("2022-06-20"), "site": "Y001", "facility": "water", "ok": "0"},
                                      {"type": "session", "time": at("2022-06-21"), "site": "Y002", "persons": 30, "note": "纳凉"}]},
                "check-2": {"event": [{"type": "check", "time": at("2022-06-20"), "site": "Y002", "facility": "water", "ok": "0"},
                                      {"type": "check", "time": at("2022-06-25"), "site": "Y002", "facility": "water", "ok": "1"},
                                      {"type": "check", "time": at("2022-06-26"), "site": "Y003", "facility": "water", "ok": "0"}]}},
    "reports": [
        {"says": "sites with each facility", "ask": "select f.value, count(*) from counted_site s, json_each(s.facilities) f group by 1 order by 1",
         "is": [["ac", 500], ["water", 512]]},
        {"says": "dispensers whose newest check says broken", "ask": "select site from (select site, ok, row_number() over (partition by site"
         " order by time desc) as n from counted_event where type = 'check' and facility = 'water') where n = 1 and ok = 0 order by 1",
         "is": [["Y001"], ["Y003"]], "then": [["Y001"]]},
        {"says": "gathering places without a station within 15 minutes",
         "ask": "select g.code from counted_site g where g.roles like '%worksite%' and not exists (select 1 from counted_site s where"
                " s.roles like '%station%' and " + NEAR + ") order by 1", "is": [["G09"]]},
        {"says": "activities at stations", "ask": "select site, persons from counted_event where type = 'session'", "is": [["Y002", 30]]}],
    "change": {"at": "check-2", "find": "select id from counted_event where site = 'Y003'", "do": [["edit", "{id}", "ok=1"]]},
}
