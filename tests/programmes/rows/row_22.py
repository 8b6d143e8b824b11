from data import at, yuan

# Spend in 万元 and persons of the seven activities of Guangzhou.
ACTIVITIES = [("A1", "living", "1200", 300), ("A2", "living", "800", 250), ("A3", "med", "900", 120), ("A4", "school", "700", 90),
              ("A5", "temp", "600", 80), ("A6", "insure", "500", 400), ("A7", "living", "310", 53)]

SCENARIO = {
    "row": 22,
    "name": "广州 穗岁平安年（7项活动，超5000万）；南通第三期80余人",
    "says": "1200 + 800 + 900 + 700 + 600 + 500 + 310 = 5010万, above 5000万. By category: living 1200 + 800 + 310 = 2310万 and 300 + 250 + 53 = 603 "
            "persons. One event, A7, had 53 (50多). Nantong's third round: 41 + 42 = 83, 80余. An activity without a category is listed (A8).",
    "laptops": {"gz-1": "lead", "gz-2": "volunteer", "nt-1": "volunteer"},
    "lists": {"campaign": [{"code": "SSPA", "name": "穗岁平安年", "type": "warm"}]
              + [{"code": code, "parent": "SSPA", "type": "warm"} for code, _, _, _ in ACTIVITIES] + [{"code": "A8", "parent": "SSPA"},
                                                                                                     {"code": "NT3", "type": "warm"}]},
    "records": {
        "gz-1": {"event": [{"type": "session", "time": at("2022-01-20"), "campaign": code, "support": support, "value": yuan(spend + "0000"),
                            "persons": persons} for code, support, spend, persons in ACTIVITIES[:4]]},
        "gz-2": {"event": [{"type": "session", "time": at("2022-01-22"), "campaign": code, "support": support, "value": yuan(spend + "0000"),
                            "persons": persons, "precision": "over" if code == "A7" else None} for code, support, spend, persons in ACTIVITIES[4:]]
                 + [{"type": "session", "time": at("2022-01-23"), "campaign": "A8", "persons": 10}]},
        "nt-1": {"event": [{"type": "session", "time": at("2022-01-2%d" % n), "campaign": "NT3", "persons": persons, "support": "temp"}
                           for n, persons in ((4, 41), (5, 42))]}},
    "reports": [
        {"says": "activities and fen", "ask": "select count(distinct e.campaign), sum(e.value) from counted_event e join counted_campaign c on c.code ="
         " e.campaign where c.parent = 'SSPA' and e.value is not null", "is": [[7, 5010000000]], "then": [[7, 4910000000]]},
        {"says": "by category: fen and persons", "ask": "select support, sum(value), sum(persons) from counted_event where campaign <> 'NT3' and"
         " support is not null group by 1 order by 1",
         "is": [["insure", 500000000, 400], ["living", 2310000000, 603], ["med", 900000000, 120], ["school", 700000000, 90], ["temp", 600000000, 80]],
         "then": [["insure", 400000000, 400], ["living", 2310000000, 603], ["med", 900000000, 120], ["school", 700000000, 90],
                  ["temp", 600000000, 80]]},
        {"says": "one event of 50多", "ask": "select persons, precision from counted_event where campaign = 'A7'", "is": [[53, "over"]]},
        {"says": "Nantong", "ask": "select sum(persons) from counted_event where campaign = 'NT3'", "is": [[83]]},
        {"says": "without a category", "ask": "select campaign from counted_event where support is null", "is": [["A8"]]}],
    "change": {"at": "gz-2", "find": "select id from counted_event where campaign = 'A6'", "do": [["edit", "{id}", "value=400000000"]]},
}
