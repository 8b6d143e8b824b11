from data import at, codes

SITES = codes("XF", 23, 2)
FACILITIES = {"swap": 9, "job": 3, "exam": 19}
CHECKS = [{"type": "check", "time": at("2025-05-10"), "site": site, "facility": facility, "ok": "1"}
          for facility, count in FACILITIES.items() for site in SITES[:count]]

SCENARIO = {
    "row": 16,
    "name": "西丰 工会驿站·骑手之家 一站多能",
    "says": "23 stations, 20多. Checked on 10 May: 9 with battery swap, 3 job kiosks, 20 body-check machines of which XF20's broke on 1 June: 19 "
            "work. A station counts by its newest check; when XF09's swap is found broken, 8 are left.",
    "laptops": {"check-1": "volunteer", "check-2": "volunteer"},
    "lists": {"site": [{"code": code, "roles": "station", "facilities": "exam" if n < 20 else None} for n, code in enumerate(SITES)]},
    "records": {"check-1": {"event": CHECKS},
                "check-2": {"event": [{"type": "check", "time": at("2025-05-10"), "site": "XF20", "facility": "exam", "ok": "1"},
                                      {"type": "check", "time": at("2025-06-01"), "site": "XF20", "facility": "exam", "ok": "0"}]}},
    "reports": [
        {"says": "stations where each facility works, by the newest check",
         "ask": "select facility, sum(ok) from (select facility, ok, row_number() over (partition by site, facility order by time desc) as n from"
                " counted_event where type = 'check') where n = 1 group by 1 order by 1",
         "is": [["exam", 19], ["job", 3], ["swap", 9]], "then": [["exam", 19], ["job", 3], ["swap", 8]]},
        {"says": "of so many stations", "ask": "select count(*) from counted_site", "is": [[23]]},
        {"says": "date of the newest check", "ask": "select max(day) from counted_event where type = 'check'", "is": [["2025-06-01"]]},
        {"says": "listed as a facility, not working", "ask": "select s.code from counted_site s, json_each(s.facilities) f where f.value = 'exam' and"
         " (select ok from counted_event e where e.site = s.code and e.facility = 'exam' order by e.time desc limit 1) = 0", "is": [["XF20"]]}],
    "change": {"at": "check-1", "find": "select id from counted_event where site = 'XF09' and facility = 'swap'", "do": [["edit", "{id}", "ok=0"]]},
}
