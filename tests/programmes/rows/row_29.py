from data import at, codes, yuan

# Kind, households or persons, all but the last get the first amount, the last the second; in yuan.
KINDS = [("living", "L", 714, "9216", "8912"),      # 713 x 9216 + 8912 = 6,579,920
         ("med", "M", 32, "9527", "9515"),          # 31 x 9527 + 9515 = 304,852
         ("school", "S", 73, "5435", "5460"),       # 72 x 5435 + 5460 = 396,780
         ("temp", "T", 576, "1983", "1775")]        # 575 x 1983 + 1775 = 1,142,000
SMALL = [("P1", 329, "340000"), ("P2", 84, "168000"), ("P3", 242, "690000")]
SUPPORT = [{"type": "visit", "time": at("2021-%02d-15" % (1 + 3 * (n % 4))), "support": kind, "party": code,
            "value": yuan(last if n == count - 1 else first)}
           for kind, prefix, count, first, last in KINDS for n, code in enumerate(codes(prefix, count))]

SCENARIO = {
    "row": 29,
    "name": "淮南 民生工程：季度生活救助、医疗、助学等",
    "says": "living 713 x 9216 + 8912 = 6,579,920 (657.992万; 6,579,920 / 714 = 9216 a household); medical 31 x 9527 + 9515 = 304,852 (30.4852万; 9527); "
            "schooling 72 x 5435 + 5460 = 396,780 (39.678万; 5435); 575 x 1983 + 1775 = 1,142,000 (114.2万). 329人 34万, 84人 16.8万, 242人 69余万 are "
            "stated. 576 insured. Register: 11435 + 1114 - 12220 = 329.",
    "laptops": {"hn-1": "volunteer", "hn-2": "volunteer"},
    "lists": {"party": [{"code": "REG%03d" % n, "type": "household", "register": "on", "list_source": "建档"} for n in range(1, 330)]},
    "records": {
        "hn-1": {"event": [one for one in SUPPORT if one["support"] == "living"]},
        "hn-2": {"event": [one for one in SUPPORT if one["support"] != "living"]
                 + [{"type": "note", "time": at("2021-12-31"), "tags": tag, "persons": persons, "value": yuan(value),
                     "precision": "over" if tag == "P3" else None, "source": "年报"} for tag, persons, value in SMALL]
                 + [{"type": "visit", "time": at("2021-03-01"), "support": "insure", "party": code} for code in codes("I", 576)]
                 + [{"type": "note", "time": at(day), "tags": tag, "tally": tally, "source": "台账"}
                    for tag, tally, day in (("opening", 11435, "2021-01-01"), ("new", 1114, "2021-12-31"), ("out", 12220, "2021-12-31"))]}},
    "reports": [
        {"says": "per kind: households, fen, yuan a household (rounded)", "ask": "select support, count(distinct party), sum(value), (sum(value) / 100 +"
         " count(*) / 2) / count(*) from counted_event where type = 'visit' and value is not null group by 1 order by 1",
         "is": [["living", 714, 657992000, 9216], ["med", 32, 30485200, 9527], ["school", 73, 39678000, 5435], ["temp", 576, 114200000, 1983]],
         "then": [["living", 714, 657992000, 9216], ["med", 32, 30397200, 9499], ["school", 73, 39678000, 5435], ["temp", 576, 114200000, 1983]]},
        {"says": "living support by quarter: 714 = 179 + 179 + 178 + 178", "ask": "select substr(day, 6, 2), count(*) from counted_event where support ="
         " 'living' group by 1 order by 1", "is": [["01", 179], ["04", 179], ["07", 178], ["10", 178]]},
        {"says": "stated", "ask": "select t.value, persons, e.value, precision from counted_event e, json_each(e.tags) t where persons is not null order by 1",
         "is": [["P1", 329, 34000000, None], ["P2", 84, 16800000, None], ["P3", 242, 69000000, "over"]]},
        {"says": "insured", "ask": "select count(distinct party) from counted_event where support = 'insure'", "is": [[576]]},
        {"says": "register: open + new - out = close, and the households on it", "ask": "select sum(case t.value when 'out' then -tally else tally end),"
         " (select count(*) from counted_party where register = 'on') from counted_event e, json_each(e.tags) t where tally is not null",
         "is": [[329, 329]]}],
    "change": {"at": "hn-2", "find": "select id from counted_event where party = 'M032'", "do": [["edit", "{id}", "value=%d" % yuan("8635")]]},
}
