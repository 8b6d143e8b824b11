from data import at

# Office: rows of its list, how many lack the trade, the list's date.
LISTS = {"民政": (40, 2, "2021-10-01"), "医保": (50, 0, "2021-11-15"), "残联": (20, 4, "2021-06-30"), "教育": (30, 0, "2021-11-01"),
         "人社": (60, 3, "2021-11-20"), "工会": (100, 0, "2021-11-28")}
ROWS = {office: [{"code": "%s%03d" % (office, n), "type": "person", "list_source": office, "list_date": date, "trade": None if n < lack else "other"}
                 for n in range(count)] for office, (count, lack, date) in LISTS.items()}

SCENARIO = {
    "row": 36,
    "name": "安庆 智慧工会：一卡两网三平台，六部门数据共享，保量保质保鲜",
    "says": "Six offices: 40 + 50 + 20 + 30 + 60 + 100 = 300 rows. Completeness in percent: 民政 38/40 = 95, 残联 16/20 = 80, 人社 57/60 = 95, the others 100. "
            "Age on 30 November: 民政 60 days, 医保 15, 残联 153, 教育 29, 人社 10, 工会 2. Shared look-ups 29.17万, of a counter. Clerks and "
            "auditors may not write lists.",
    "laptops": {"aq-1": "coordinator", "aq-2": "clerk", "aq-3": "auditor"},
    "lists": {"party": [one for office in ("民政", "医保", "残联") for one in ROWS[office]]},
    "records": {"hq": {"party": [one for office in ("教育", "人社", "工会") for one in ROWS[office]]},
                "aq-2": {"event": [{"type": "note", "time": at("2021-11-30"), "tags": "look-ups", "tally": 291700, "source": "数据平台"}]}},
    "steps": [("aq-2", 4, ["add", "party", "code=X", "type=person"]), ("aq-3", 4, ["add", "event", "type=note"])],
    "reports": [
        {"says": "per list: rows (量), complete in percent (质), age in days (鲜)", "ask": "select list_source, count(*), sum(trade is not null) * 100 / count(*),"
         " cast(julianday('2021-11-30') - julianday(max(list_date)) as integer) from counted_party group by 1 order by 4",
         "is": [["工会", 100, 100, 2], ["人社", 60, 95, 10], ["医保", 50, 100, 15], ["教育", 30, 100, 29], ["民政", 40, 95, 60], ["残联", 20, 80, 153]],
         "then": [["工会", 100, 100, 2], ["人社", 60, 95, 10], ["医保", 50, 100, 15], ["教育", 30, 100, 29], ["民政", 40, 95, 60], ["残联", 20, 85, 153]]},
        {"says": "shared look-ups", "ask": "select tally, source, day from counted_event", "is": [[291700, "数据平台", "2021-11-30"]]},
        {"says": "named sources", "ask": "select count(distinct list_source), count(*) from counted_party", "is": [[6, 300]]}],
    "change": {"at": "hq", "find": "select id from counted_party where code = '残联000'", "do": [["edit", "{id}", "trade=retired"]]},
}
