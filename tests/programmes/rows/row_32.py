from data import at, codes, yuan

# 25 x 15,000 + 13,000 = 388,000; 59 x 3,575 + 3,625 = 214,550; 19 x 6,283 + 6,293 = 125,670.
KINDS = [("med", "M", 26, "15000", "13000"), ("living", "L", 60, "3575", "3625"), ("school", "S", 20, "6283", "6293")]
SUPPORT = [{"type": "visit", "time": at("2021-10-%02d" % (n % 28 + 1)), "campaign": "JS21", "support": kind, "party": code,
            "value": yuan(last if n == count - 1 else first)}
           for kind, prefix, count, first, last in KINDS for n, code in enumerate(codes(prefix, count, 2))]

SCENARIO = {
    "row": 32,
    "name": "界首 106户72.822万元；界首工惠63家商户；体检、满意度",
    "says": "Medical 26 households, 25 x 15,000 + 13,000 = 388,000; living 60, 59 x 3,575 + 3,625 = 214,550; schooling 20, 19 x 6,283 + 6,293 = "
            "125,670. 26 + 60 + 20 = 106; 388,000 + 214,550 + 125,670 = 728,220 yuan = 72.822万. 63 merchants. 10,876 check-ups in two sessions "
            "(10,000 + 876). Of 189 ratings 179 are 4 or 5: 179 / 189 = 94.71%.",
    "laptops": {"js-1": "volunteer", "js-2": "volunteer"},
    "lists": {"campaign": [{"code": "JS21", "type": "aid"}], "party": [{"code": code, "type": "merchant"} for code in codes("SH", 63, 2)],
              "grant": [{"code": "SUM-" + kind, "type": "plan", "campaign": "JS21", "measure": "value", "qty": yuan(total), "note": kind}
                        for kind, total in (("med", "388000"), ("living", "214550"), ("school", "125670"))]
              + [{"code": "SUM", "type": "plan", "campaign": "JS21", "measure": "value", "qty": yuan("728220")}]},
    "records": {
        "js-1": {"event": SUPPORT[:50] + [{"type": "session", "time": at("2021-05-01"), "note": "体检", "persons": 10000},
                                          {"type": "session", "time": at("2021-06-01"), "note": "体检", "persons": 876}]},
        "js-2": {"event": SUPPORT[50:] + [{"type": "rate", "time": at("2021-11-01"), "score": 5 if n < 120 else 4 if n < 179 else 2} for n in range(189)]}},
    "reports": [
        {"says": "the table with its sum row", "ask": "select support, count(*), sum(value) from counted_event where support is not null group by 1 union all"
         " select 'sum', count(*), sum(value) from counted_event where support is not null order by 3",
         "is": [["school", 20, 12567000], ["living", 60, 21455000], ["med", 26, 38800000], ["sum", 106, 72822000]],
         "then": [["school", 20, 12567000], ["living", 59, 21097500], ["med", 26, 38800000], ["sum", 105, 72464500]]},
        {"says": "parts that are not the printed totals", "ask": "select g.code, g.qty - coalesce((select sum(value) from counted_event e where e.support ="
         " coalesce(g.note, e.support)), 0) as lacks from counted_grant g where lacks <> 0 order by 1", "is": [],
         "then": [["SUM", 357500], ["SUM-living", 357500]]},
        {"says": "merchants", "ask": "select count(*) from counted_party where type = 'merchant'", "is": [[63]]},
        {"says": "check-ups", "ask": "select sum(persons) from counted_event where note = '体检'", "is": [[10876]]},
        {"says": "satisfied, in hundredths of a percent, rounded", "ask": "select (sum(score >= 4) * 10000 + 94) / count(*) from counted_event where type = 'rate'",
         "is": [[9471]]}],
    "change": {"at": "js-1", "find": "select id from counted_event where party = 'L01'", "do": [["void", "{id}", "--reason", "不符合条件"]]},
}
