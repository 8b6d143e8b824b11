from data import MEET, at, codes, dealt, days

STATIONS, POINTS = codes("YZ", 44, 2), codes("SP", 5, 1)
PLACES = STATIONS + POINTS
# Fixed: 49 places x 3 visits x 1 = 147. Mobile: 10 rounds of 5 at worksites and on the road = 50; one event of 6 more.
FIXED = [{"type": "visit", "time": at(day), "campaign": "QLHH", "site": site, "person_times": 1, "trade": "courier"}
         for day in ("2025-07-10", "2025-07-20", "2025-08-01") for site in PLACES]
MOBILE = [{"type": "visit", "time": at(day, "15:00"), "campaign": "QLHH", "site": "CAR", "person_times": 5, "trade": "build"}
          for day in days("2025-07-10", 10)]


def request(n, asked, taken, sent, done):
    """One request, four states, each with its time."""
    name, item = "ask %d" % n, ("HXZQ", "W550")[n % 2]
    link = ["reply_to={%s}" % name, "campaign=QLHH"]
    out = [("web-1", name, ["add", "event", "type=request", "campaign=QLHH", "site=SP1", "state=new", "time=" + asked, "note=" + item]),
           MEET,
           ("web-1", None, ["add", "event", "type=reply", "state=taken", "time=" + taken] + link)]
    if sent:
        out.append(("car-1", None, ["add", "event", "type=reply", "state=sent", "time=" + sent] + link))
    if done:
        out += [("car-1", "done %d" % n, ["add", "event", "type=reply", "state=done", "time=" + done] + link),
                ("car-1", None, ["add", "move", "event={done %d}" % n, "item=" + item, "qty=20", "reason=give", "site=SP1"])]
    return out


LEAD = ("select r.note, (strftime('%s', d.time) - strftime('%s', r.time)) / 60 from counted_event r join counted_event d on d.reply_to = r.id"
        " and d.state = 'done' where r.type = 'request' order by r.time")

SCENARIO = {
    "row": 12,
    "name": "重庆渝中 清凉护航：44个驿站、5个送水点，固定加流动，线上申领线下配送",
    "says": "Fixed (44 + 5) x 3 = 147, mobile 10 x 5 + 6 = 56: 203 person-times, times 100 = 20,300 against a target of 200 x 100 = 2万余. The "
            "event of 60余 is one visit of 63 persons, no person-times added. Requests: 3 asked, 2 delivered, after 26 h 30 min = 1590 and "
            "45 min; one is taken and waits.",
    "scale": 100,
    "laptops": {"fixed-1": "volunteer", "car-1": "volunteer", "web-1": "lead"},
    "lists": {
        "campaign": [{"code": "QLHH", "name": "清凉护航", "type": "cool"}],
        "site": [{"code": code, "roles": "station"} for code in STATIONS] + [{"code": code, "roles": "water"} for code in POINTS]
        + [{"code": "CAR", "roles": "vehicle"}],
        "item": [{"code": "HXZQ", "name": "藿香正气液", "class": "drug", "unit": "支"}, {"code": "W550", "class": "water", "unit": "瓶"}],
        "grant": [{"code": "TARGET", "type": "plan", "campaign": "QLHH", "measure": "person_times", "qty": 200, "precision": "over"}]},
    "records": {"fixed-1": {"event": FIXED + [{"type": "session", "time": at("2025-07-09"), "campaign": "QLHH", "site": "YZ01", "persons": 63,
                                               "precision": "over", "note": "启动"}]},
                "car-1": {"event": MOBILE + [{"type": "visit", "time": at("2025-07-30"), "campaign": "QLHH", "site": "CAR", "person_times": 6,
                                              "trade": "build"}]}},
    "steps": request(0, at("2025-07-11", "09:00"), at("2025-07-11", "10:00"), at("2025-07-12", "08:00"), at("2025-07-12", "11:30"))
    + request(1, at("2025-07-13", "09:00"), at("2025-07-13", "09:05"), at("2025-07-13", "09:20"), at("2025-07-13", "09:45"))
    + request(2, at("2025-07-14", "09:00"), at("2025-07-14", "12:00"), None, None),
    "reports": [
        {"says": "person-times done", "ask": "select sum(person_times) from visit where campaign = 'QLHH'", "is": [[203]], "then": [[197]],
         "paper": 20300},
        {"says": "done against the target", "ask": "select sum(v.person_times) - g.qty from visit v, counted_grant g where g.code = 'TARGET'",
         "is": [[3]], "then": [[-3]]},
        {"says": "fixed and mobile", "ask": "select s.roles like '%vehicle%', sum(v.person_times) from visit v join counted_site s on s.code ="
         " v.site group by 1 order by 1", "is": [[0, 147], [1, 56]], "then": [[0, 147], [1, 50]]},
        {"says": "the event of 60余", "ask": "select persons, precision from counted_event where type = 'session'", "is": [[63, "over"]]},
        {"says": "minutes from asking to delivery", "ask": LEAD, "is": [["HXZQ", 1590], ["W550", 45]]},
        {"says": "requests that wait", "ask": "select r.note from counted_event r where r.type = 'request' and not exists (select 1 from"
         " counted_event d where d.reply_to = r.id and d.state in ('done', 'no'))", "is": [["HXZQ"]]},
        {"says": "delivered", "ask": "select item, sum(qty) from handout group by item order by item", "is": [["HXZQ", 20], ["W550", 20]]},
        {"says": "the campaign's report with its target, reached on 1 August (54 + 45 + 49 + 6 + 49)", "ask": ["report", "campaign", "QLHH"],
         "is": {"person_times": 203, "targets.0.planned": 200, "targets.0.precision": "over", "targets.0.done": 203, "targets.0.left": -3,
                "targets.0.reached": "2025-08-01"},
         "then": {"person_times": 197, "targets.0.planned": 200, "targets.0.precision": "over", "targets.0.done": 197, "targets.0.left": 3,
                  "targets.0.reached": None}}],
    "change": {"at": "car-1", "find": "select id from visit where person_times = 6", "do": [["void", "{id}", "--reason", "重复"]]},
}
