from data import at, codes

COUNTERS = [("orders", 6000, "over", "商城后台", "2022-12-31"), ("works", 12, "exact", "宣传部", "2022-12-30"),
            ("videos", 105, "exact", "宣传部", "2022-12-30"), ("live views", 300000, "over", "直播平台", "2022-12-30"),
            ("blocks of 12351+N", 10, "exact", "信息中心", "2022-12-28")]

SCENARIO = {
    "row": 9,
    "name": "淮北工惠、12351+N二期、媒体作品：计数",
    "says": "98 merchants are records (near 100); 6000+ orders, 10 blocks, 12 works and 105 videos, 300,000+ live views are counters: each has "
            "a source and a date. Works and videos: 12 + 105 = 117. A counter without a source is listed.",
    "laptops": {"desk-1": "volunteer", "desk-2": "lead"},
    "lists": {"party": [{"code": code, "type": "merchant"} for code in codes("SH", 98)],
              "campaign": [{"code": "GH22", "name": "淮北工惠", "type": "perk"}]},
    "records": {
        "desk-1": {"event": [{"type": "note", "time": at(day), "campaign": "GH22", "tags": tag, "tally": tally, "precision": precision,
                              "source": source} for tag, tally, precision, source, day in COUNTERS]},
        "desk-2": {"event": [{"type": "note", "time": at("2022-12-31"), "campaign": "GH22", "tags": "downloads", "tally": 1}]}},
    "reports": [
        {"says": "the lines of the annual note", "ask": "select t.value, e.tally, e.precision, e.source, e.day from counted_event e,"
         " json_each(e.tags) t where e.source is not null order by 1",
         "is": [["blocks of 12351+N", 10, "exact", "信息中心", "2022-12-28"], ["live views", 300000, "over", "直播平台", "2022-12-30"],
                ["orders", 6000, "over", "商城后台", "2022-12-31"], ["videos", 105, "exact", "宣传部", "2022-12-30"],
                ["works", 12, "exact", "宣传部", "2022-12-30"]],
         "then": [["blocks of 12351+N", 10, "exact", "信息中心", "2022-12-28"], ["live views", 300000, "over", "直播平台", "2022-12-30"],
                  ["orders", 6000, "over", "商城后台", "2022-12-31"], ["videos", 106, "exact", "宣传部", "2022-12-30"],
                  ["works", 12, "exact", "宣传部", "2022-12-30"]]},
        {"says": "works and videos", "ask": "select sum(e.tally) from counted_event e, json_each(e.tags) t where t.value in ('works', 'videos')",
         "is": [[117]], "then": [[118]]},
        {"says": "counters without a source", "ask": "select t.value from counted_event e, json_each(e.tags) t where e.tally is not null and"
         " e.source is null", "is": [["downloads"]]},
        {"says": "merchants", "ask": "select count(*) from counted_party where type = 'merchant'", "is": [[98]]}],
    "change": {"at": "desk-1", "find": "select e.id from counted_event e, json_each(e.tags) t where t.value = 'videos'",
               "do": [["edit", "{id}", "tally+=1"]]},
}
