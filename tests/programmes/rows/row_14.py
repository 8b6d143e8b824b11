from data import at, days

DAYS = days("2025-07-01", 14)
# Measured every day; hours were moved when it was 37 or more.
HEAT = [34, 35, 37, 38, 38, 36, 37, 39, 35, 34, 37, 36, 38, 33]

HOT = ("select count(distinct e.day) from counted_event e join own_value v on v.id = e.id and v.field = 'temperature'"
       " where cast(v.value as integer) >= 37")

SCENARIO = {
    "row": 14,
    "name": "海南陵水工地：高温错时施工、防暑物资、流动医疗点",
    "says": "14 days, 7 of them with 37 degrees or more (3, 4, 5, 7, 8, 11 and 13 July): 7 days with changed hours. Temperature is a field of the "
            "coordinator's own. Persons checked by the mobile health point: 24 + 31 = 55. Heat goods: 14 x 40 = 560.",
    "laptops": {"site-1": "volunteer", "med-1": "volunteer"},
    "lists": {"site": [{"code": "LS1", "name": "陵水工地", "roles": "worksite"}], "item": [{"code": "KIT", "class": "drug", "unit": "份"}]},
    "setup": [("hq", "temperature", ["field", "add", "event", "temperature", "--type", "integer", "--zh", "气温", "--en", "temperature"])],
    "records": {
        "site-1": {"event": [{"type": "check", "time": at(day, "11:00"), "site": "LS1", "temperature": heat,
                              "result": "调整作业时间" if heat >= 37 else "正常作业"} for day, heat in zip(DAYS, HEAT)],
                   "move": [{"time": at(day, "11:10"), "site": "LS1", "item": "KIT", "qty": 40, "reason": "give", "trade": "build"} for day in DAYS]},
        "med-1": {"event": [{"type": "session", "time": at("2025-07-03"), "site": "LS1", "persons": 24, "note": "流动医疗点"},
                            {"type": "session", "time": at("2025-07-10"), "site": "LS1", "persons": 31, "note": "流动医疗点"}]}},
    "reports": [
        {"says": "days with changed hours", "ask": "select count(distinct day) from counted_event where type = 'check' and result = '调整作业时间'",
         "is": [[7]]},
        {"says": "days of 37 degrees or more", "ask": HOT, "is": [[7]], "then": [[8]]},
        {"says": "hot days on which the hours were not moved", "ask": HOT.replace("count(distinct e.day)", "e.day") + " and e.result = '正常作业'",
         "is": [], "then": [["2025-07-12"]]},
        {"says": "days measured", "ask": "select count(distinct day) from counted_event where type = 'check'", "is": [[14]]},
        {"says": "persons checked", "ask": "select sum(persons) from counted_event where type = 'session'", "is": [[55]]},
        {"says": "heat goods", "ask": "select sum(qty) from handout where item = 'KIT'", "is": [[560]]}],
    "change": {"at": "site-1", "find": "select id from counted_event where type = 'check' and day = '2025-07-12'",
               "do": [["edit", "{id}", "temperature=37"]]},
}
