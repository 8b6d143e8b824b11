from data import MEET, at, codes

SITES = codes("ZZ", 71, 2)
# One master a day at 70 of the 71 stations on two days: 140 site-days; ZZ05 had two masters on the second day.
SHIFTS = [{"type": "shift", "time": at(day), "site": site, "party": "M%s" % site[2:], "campaign": "ZZ25", "note": "站长"}
          for day in ("2025-07-14", "2025-07-15") for site in SITES[:70]]
SHIFTS.append({"type": "shift", "time": at("2025-07-15", "13:00"), "site": "ZZ05", "party": "M71", "campaign": "ZZ25", "note": "站长"})
PROBLEMS = [("m-1", "p%d" % n, ["add", "event", "type=request", "site=ZZ%02d" % n, "campaign=ZZ25", "state=new", "time=" + at("2025-07-14", "16:00")]
             + (["unit=OFFICE"] if n != 4 else [])) for n in range(1, 6)]

SCENARIO = {
    "row": 15,
    "name": "淮北 当一天「站长」：700余个驿站",
    "says": "71 stations, times 10 = 710, 700余. 70 of them had a master on each of two days: 140 site-days; ZZ71 had none. ZZ05 had two masters on "
            "15 July: listed. 5 problems, each with an owner but p4; 3 solved. Mung-bean soup: 70 x 20 = 1400 bowls.",
    "scale": 10,
    "laptops": {"m-1": "master", "m-2": "master"},
    "lists": {"campaign": [{"code": "ZZ25", "type": "cool"}], "site": [{"code": code, "roles": "station"} for code in SITES],
              "unit": [{"code": "OFFICE", "level": "district"}], "item": [{"code": "SOUP", "class": "food", "unit": "碗"}]},
    "records": {"m-1": {"event": SHIFTS[:70], "move": [{"time": at("2025-07-14", "12:00"), "site": site, "item": "SOUP", "qty": 20, "reason": "give"}
                                                       for site in SITES[:70]]},
                "m-2": {"event": SHIFTS[70:] + [{"type": "rate", "time": at("2025-07-15"), "site": "ZZ01", "score": 5}]}},
    "steps": PROBLEMS + [MEET] + [("m-2", "a%d" % n, ["add", "event", "type=reply", "reply_to={p%d}" % n, "state=done", "result=已解决",
                                             "time=" + at("2025-07-18")]) for n in (1, 2, 3)],
    "reports": [
        {"says": "stations", "ask": "select count(*) from counted_site", "is": [[71]], "paper": 710},
        {"says": "site-days covered", "ask": "select count(*) from (select distinct site, day from counted_event where type = 'shift')", "is": [[140]]},
        {"says": "stations without a master", "ask": "select s.code from counted_site s left join counted_event e on e.site = s.code and e.type ="
         " 'shift' where e.id is null", "is": [["ZZ71"]]},
        {"says": "more than one master on a site-day", "ask": "select site, day, count(*) from counted_event where type = 'shift' group by 1, 2 having"
         " count(*) > 1", "is": [["ZZ05", "2025-07-15", 2]], "then": []},
        {"says": "problems raised, solved", "ask": "select count(*), count(a.id) from counted_event r left join counted_event a on a.reply_to = r.id"
         " and a.state = 'done' where r.type = 'request'", "is": [[5, 3]]},
        {"says": "problems without an owner", "ask": "select site from counted_event where type = 'request' and unit is null", "is": [["ZZ04"]]},
        {"says": "soup", "ask": "select sum(qty) from handout", "is": [[1400]]}],
    "change": {"at": "m-2", "find": "select id from counted_event where party = 'M71'", "do": [["void", "{id}", "--reason", "换班登记错"]]},
}
