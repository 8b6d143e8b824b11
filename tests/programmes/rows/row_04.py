from data import at, codes

POINTS = codes("P", 164)
MEMBERS = codes("M", 164)
DAY = "2022-07-14"


def scan(n, point, party, state, result=None, clock="10:00"):
    return {"type": "handout", "time": at(DAY, clock), "site": point, "party": party, "state": state, "result": result,
            "tags": "scan-%04d" % n}


# Each point hands out to one member of the list; 20 points to somebody who is on no list; 6 refuse a second scan.
SCANS = [scan(n, point, member, "done") for n, (point, member) in enumerate(zip(POINTS, MEMBERS), 1)]
WALK_INS = [scan(1000 + n, POINTS[n], "X%03d" % n, "done", "walk-in", "10:30") for n in range(20)]
REFUSED = [scan(2000 + n, POINTS[n], MEMBERS[n], "no", "今天已领", "11:00") for n in range(6)]

SCENARIO = {
    "row": 4,
    "name": "扫码取水：164个爱心派水站点，核对基础数据库",
    "says": "164 points x 1 scan of a member + 20 walk-ins = 184 handouts, 6 refusals with their reason: 190 scans. Who is on no list is a "
            "line of its own, never refused in silence. One scan is one handout: scan-0003, entered again elsewhere, is listed.",
    "laptops": {"scan-1": "volunteer", "scan-2": "volunteer", "scan-3": "volunteer"},
    "lists": {
        "site": [{"code": code, "roles": "water"} for code in POINTS],
        "party": [{"code": code, "type": "person", "member": "1", "trade": "san", "list_source": "基础数据库", "list_date": "2022-07-01"}
                  for code in MEMBERS]},
    "records": {"scan-1": {"event": SCANS[:82] + REFUSED[:3]}, "scan-2": {"event": SCANS[82:] + REFUSED[3:]},
                "scan-3": {"event": WALK_INS + [scan(3, "P100", "M003", "done", None, "10:05")]}},
    "reports": [
        {"says": "scans, handouts, walk-ins, refusals of the day",
         "ask": "select e.day, count(*), sum(e.state = 'done'), sum(e.state = 'done' and p.id is null), sum(e.state = 'no')"
                " from counted_event e left join counted_party p on p.code = e.party where e.type = 'handout' group by e.day",
         "is": [[DAY, 191, 185, 20, 6]], "then": [[DAY, 190, 184, 20, 6]]},
        {"says": "points with a scan", "ask": "select count(distinct site) from counted_event where type = 'handout'", "is": [[164]]},
        {"says": "a scan that made two handouts", "ask": "select t.value, count(*) from counted_event e, json_each(e.tags) t"
         " where e.state = 'done' group by t.value having count(*) > 1", "is": [["scan-0003", 2]], "then": []},
        {"says": "a refusal without a reason", "ask": "select count(*) from counted_event where state = 'no' and result is null", "is": [[0]]},
        {"says": "which copy of the list was checked against",
         "ask": "select list_source, list_date, count(*) from counted_party group by 1, 2", "is": [["基础数据库", "2022-07-01", 164]]}],
    "change": {"at": "scan-3", "find": "select id from counted_event where site = 'P100' and laptop = 'scan-3'",
               "do": [["void", "{id}", "--reason", "同一次扫码"]]},
}
