from data import at, dealt, days

DAYS = days("2022-07-20", 20)
FIRMS = ["FIRM%02d" % n for n in range(1, 11)]
# One firm a day, each twice; 200 bottles and 150 meals; the first firm brings 20 bottles more.
SHIFTS = [{"type": "shift", "time": at(day, "08:00"), "campaign": "HCSJ", "site": "EXIT", "unit": FIRMS[n % 10]}
          for n, day in enumerate(DAYS)]
MOVES = [{"time": at(day, clock), "campaign": "HCSJ", "site": "EXIT", "unit": FIRMS[n % 10], "item": item,
          "qty": qty + (20 if n == 0 and item == "W550" else 0), "reason": reason, "from": source, "trade": "truck"}
         for n, day in enumerate(DAYS)
         for clock, item, qty, reason, source in (
             ("08:30", "W550", 200, "gift", FIRMS[n % 10]), ("11:00", "W550", 200, "give", "EXIT"),
             ("08:40", "MEAL", 150, "gift", FIRMS[n % 10]), ("12:00", "MEAL", 150, "give", "EXIT"))]

SILENT = ("with recursive d(day) as (select '2022-07-20' union all select date(day, '+1 day') from d where day < '2022-08-08')"
          " select d.day from d left join handout h on h.day = d.day and h.site = 'EXIT' where h.id is null")

SCENARIO = {
    "row": 3,
    "name": "情暖货车司机：高速出口，十余家企业，连续20天",
    "says": "20 days x (200 bottles + 150 meals) = 7000, and 20 bottles more on the first day: 7020, 7000余份; 7020 / 20 = 351 a day. "
            "Bottles 20 x 200 + 20 = 4020, meals 20 x 150 = 3000. A day whose records are gone is an alarm, not a zero.",
    "laptops": {"exit-1": "lead", "exit-2": "volunteer"},
    "lists": {
        "campaign": [{"code": "HCSJ", "name": "情暖货车司机", "type": "cool", "start": "2022-07-20", "end": "2022-08-08"}],
        "unit": [{"code": code, "level": "enterprise"} for code in FIRMS],
        "item": [{"code": "W550", "class": "water", "unit": "瓶"}, {"code": "MEAL", "name": "盒饭", "class": "food", "unit": "份"}],
        "site": [{"code": "EXIT", "name": "高速出口", "roles": "exit"}]},
    "setup": [("hq", None, ["rule", "add", "--code", item, "--scope", "site", "--site", "EXIT", "--item", item, "--limit", "min", "--qty", "1",
                            "--per", "day", "--start", "2022-07-20", "--end", "2022-08-08", "--on-break", "warn"]) for item in ("W550", "MEAL")],
    "records": {"exit-1": {"event": SHIFTS, "move": [one for one in MOVES if one["item"] == "W550"]},
                "exit-2": {"move": [one for one in MOVES if one["item"] == "MEAL" and one["time"][:10] != "2022-08-01"]}},
    "steps": [("exit-2", "meals of 1 August", ["add", "move", "time=" + at("2022-08-01", "12:00"), "campaign=HCSJ", "site=EXIT",
                                               "unit=FIRM03", "item=MEAL", "qty=150", "reason=give", "from=EXIT", "trade=truck"])],
    "reports": [
        {"says": "portions of 20 days", "ask": "select count(distinct day), sum(qty), sum(qty) / 20 from handout",
         "is": [[20, 7020, 351]], "then": [[20, 6870, 343]]},
        {"says": "water and meals", "ask": "select item, sum(qty) from handout group by item order by item",
         "is": [["MEAL", 3000], ["W550", 4020]], "then": [["MEAL", 2850], ["W550", 4020]]},
        {"says": "by firm, of one firm's two days", "ask": "select sum(qty) from handout where unit = 'FIRM03'",
         "is": [[700]], "then": [[550]]},
        {"says": "ten firms gave, each on two days", "ask": "select count(*), min(n), max(n) from (select count(distinct day) as n"
         " from counted_move where reason = 'gift' group by \"from\")", "is": [[10, 2, 2]]},
        {"says": "the report of one day: 200 bottles, 150 meals", "ask": ["day", "2022-08-01"], "is": {"items.W550": 200, "items.MEAL": 150, "lines": 2},
         "then": {"items.W550": 200, "items.MEAL": None, "lines": 1}},
        {"says": "days without a record", "ask": SILENT, "is": []},
        {"says": "days without a meal: one whose record is void is an alarm",
         "ask": SILENT.replace("where h.id", "and h.item = 'MEAL' where h.id"), "is": [], "then": [["2022-08-01"]]},
        {"says": "the duty of 20 days, water and meals: 40 done, none overdue", "ask": ["rule", "due", "--on", "2022-08-09"],
         "is": {"done": 40, "overdue": 0, "due": 0}, "then": {"done": 39, "overdue": 1, "due": 0}},
        {"says": "the campaign's report", "ask": ["report", "campaign", "HCSJ"],
         "is": {"items.W550": 4020, "items.MEAL": 3000, "by_day.#": 20}, "then": {"items.W550": 4020, "items.MEAL": 2850, "by_day.#": 20}}],
    "change": {"at": "exit-2", "find": "select id from handout where item = 'MEAL' and day = '2022-08-01'",
               "do": [["void", "{id}", "--reason", "那天没有送餐"]]},
}
