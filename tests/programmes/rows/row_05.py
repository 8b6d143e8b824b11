from data import at, codes

SITES = codes("S", 12, 2)
# S01 to S10 are rated: three times 5, 4, 3 each; S01 once more with 1 and a sentence.
RATES = [{"type": "rate", "time": at("2022-08-%02d" % (1 + n)), "site": site, "score": score}
         for n, site in enumerate(SITES[:10]) for score in (5, 4, 3)]

SCENARIO = {
    "row": 5,
    "name": "服务云图：一图呈现、一键直搜、一秒点评",
    "says": "10 sites x 3 ratings (5 + 4 + 3 = 12, mean 4.00) + one of 1 at S01: S01 has 4 ratings, 13 / 4 = 3.25. 31 ratings; S11 and S12 "
            "have none. Means are kept in hundredths, as whole numbers.",
    "laptops": {"page-1": "volunteer", "page-2": "volunteer"},
    "lists": {"site": [{"code": code, "name": "驿站" + code, "roles": "station", "lat": "33.95", "lon": "116.80", "addr": "相山区",
                        "hours": "08:00-18:00"} for code in SITES]},
    "records": {"page-1": {"event": RATES[:15]}, "page-2": {"event": RATES[15:]}},
    "steps": [("page-1", "bad", ["add", "event", "type=rate", "site=S01", "score=1", "note=没有水了", "time=" + at("2022-08-01", "17:00")]),
              ("page-2", 4, ["add", "event", "type=rate", "site=S01", "score=6"])],
    "reports": [
        {"says": "ratings and mean (hundredths) of a site", "ask": "select count(*), sum(score) * 100 / count(*) from counted_event"
         " where type = 'rate' and site = 'S01'", "is": [[4, 325]], "then": [[4, 425]]},
        {"says": "all ratings", "ask": "select count(*), sum(score) from counted_event where type = 'rate'", "is": [[31, 121]],
         "then": [[31, 125]]},
        {"says": "by day of one site", "ask": "select day, count(*) from counted_event where type = 'rate' and site = 'S01' group by day",
         "is": [["2022-08-01", 4]]},
        {"says": "sites without a rating", "ask": "select s.code from counted_site s left join counted_event e on e.site = s.code and"
         " e.type = 'rate' where e.id is null order by 1", "is": [["S11"], ["S12"]]},
        {"says": "every site has its place on the map", "ask": "select count(*) from counted_site where lat is null or lon is null",
         "is": [[0]]}],
    "change": {"at": "hq", "find": "select '{bad}'", "do": [["edit", "{id}", "score=5"]]},
}
