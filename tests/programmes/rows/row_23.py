from data import at, codes

COACHES = codes("BUS", 7, 1)
RIDERS = codes("R", 301)
# 43 on each of seven coaches out; 42 on each and four more on the last back: R299, R300 and R301 did not come.
OUT = [(rider, COACHES[n % 7]) for n, rider in enumerate(RIDERS)]
BACK = [(rider, COACHES[n % 7]) for n, rider in enumerate(RIDERS[:298])]

SCENARIO = {
    "row": 23,
    "name": "天津 7辆大巴送约300名职工返乡、节后接回；马鞍山 平安返乡车票补贴",
    "says": "7 x 43 = 301 out (约300), 298 back: R299 to R301 are not back. 45 seats a coach, BUS7 has 40: 43 riders out and 42 back (298 = 7 x 42 + "
            "4, the first four coaches have one more) are more than its seats on both legs. Ma'anshan: 30 subsidies of 200 yuan = 6,000.",
    "laptops": {"bus-a": "volunteer", "bus-b": "volunteer", "mas-1": "volunteer"},
    "lists": {
        "site": [{"code": code, "roles": "vehicle"} for code in COACHES],
        "party": [{"code": code, "type": "person", "trade": "migrant"} for code in RIDERS],
        "item": [{"code": "CASH", "class": "cash", "unit": "分"}],
        "grant": [{"code": "SEATS-" + code, "type": "share", "site": code, "measure": "persons", "qty": 40 if code == "BUS7" else 45}
                  for code in COACHES]},
    "records": {
        "bus-a": {"event": [{"type": "trip", "time": at("2022-01-25", "07:00"), "site": coach, "party": rider, "result": "out"} for rider, coach in OUT]},
        "bus-b": {"event": [{"type": "trip", "time": at("2022-02-10", "07:00"), "site": coach, "party": rider, "result": "back"} for rider, coach in BACK]},
        "mas-1": {"move": [{"time": at("2022-01-20"), "item": "CASH", "qty": 20000, "reason": "pay", "from": "FUND", "to": "M%02d" % n,
                            "party": "M%02d" % n} for n in range(1, 31)]}},
    "reports": [
        {"says": "riders out and back", "ask": "select sum(result = 'out'), sum(result = 'back') from counted_event where type = 'trip'",
         "is": [[301, 298]], "then": [[300, 298]]},
        {"says": "out and not back", "ask": "select o.party from counted_event o where o.result = 'out' and not exists (select 1 from counted_event b"
         " where b.result = 'back' and b.party = o.party) order by 1", "is": [["R299"], ["R300"], ["R301"]], "then": [["R299"], ["R300"]]},
        {"says": "coaches and legs with more riders than seats", "ask": "select e.site, e.result, count(*), g.qty from counted_event e join"
         " counted_grant g on g.site = e.site where e.type = 'trip' group by 1, 2 having count(*) > g.qty order by 2 desc",
         "is": [["BUS7", "out", 43, 40], ["BUS7", "back", 42, 40]]},
        {"says": "coaches", "ask": "select count(distinct site) from counted_event where type = 'trip'", "is": [[7]]},
        {"says": "subsidies", "ask": "select count(distinct party), sum(qty) from counted_move where reason = 'pay'", "is": [[30, 600000]]}],
    "change": {"at": "bus-a", "find": "select id from counted_event where party = 'R301'", "do": [["void", "{id}", "--reason", "没有上车"]]},
}
