from data import at, codes, yuan

HOUSEHOLDS = codes("H", 6953, 4)
# The first 4742 households are of the city, 2211 of the districts; four groups in turn.
GROUPS = ("migrant", "model", "retired", "other")
# 6953 x 438 yuan = 3,045,414; the first 5,686 get one yuan more: 3,051,100.
GIVEN = [{"time": at("2021-01-%02d" % (10 + n % 15)), "campaign": "MAS21", "party": code, "trade": GROUPS[n % 4], "item": "CASH",
          "qty": yuan("439" if n < 5686 else "438"), "reason": "give", "from": "FUND", "batch": "city" if n < 4742 else "district"}
         for n, code in enumerate(HOUSEHOLDS)]

SCENARIO = {
    "row": 28,
    "name": "马鞍山 两节：4742户 + 2211户，四类群体，305.11万元",
    "says": "4742 + 2211 = 6953 households, each a record. 6953 x 438 + 5686 = 3,045,414 + 5,686 = 3,051,100 yuan = 305.11万; 3,051,100 / 6953 = "
            "438.8, about 439. The district entered H0001 once more (439 yuan): 305.1539万 until it is voided. By group: 6953 = 4 x 1738 + 1: 1739 and "
            "three times 1738.",
    "laptops": {"city-1": "volunteer", "dist-1": "volunteer"},
    "lists": {"campaign": [{"code": "MAS21", "type": "warm"}], "item": [{"code": "CASH", "class": "cash", "unit": "分"}]},
    "records": {"city-1": {"move": GIVEN[:4742]}, "dist-1": {"move": GIVEN[4742:] + [{**GIVEN[0], "batch": "district"}]}},
    "reports": [
        {"says": "households by source", "ask": "select batch, count(*) from handout group by 1 order by 1", "is": [["city", 4742], ["district", 2212]],
         "then": [["city", 4742], ["district", 2211]]},
        {"says": "households, fen", "ask": "select count(distinct party), sum(qty) from handout", "is": [[6953, 305153900]], "then": [[6953, 305110000]]},
        {"says": "yuan a household, rounded", "ask": "select (sum(qty) / 100 + 3476) / 6953 from handout", "is": [[439]]},
        # Of every 15 households one is of 10 January: 464, of which 380 are among the first 5686: 380 x 439 + 84 x 438 = 203,612; and H0001's again.
        {"says": "the report of one day, in fen", "ask": ["day", "2021-01-10"], "is": {"value_fen": 20405100, "lines": 465},
         "then": {"value_fen": 20361200, "lines": 464}},
        {"says": "households twice", "ask": "select party, count(*) from handout group by 1 having count(*) > 1", "is": [["H0001", 2]], "then": []},
        {"says": "by group", "ask": "select trade, count(distinct party) from handout group by 1 order by 1",
         "is": [["migrant", 1739], ["model", 1738], ["other", 1738], ["retired", 1738]]},
        {"says": "the campaign's report, in fen", "ask": ["report", "campaign", "MAS21"], "is": {"value_fen": 305153900, "lines": 6954},
         "then": {"value_fen": 305110000, "lines": 6953}}],
    "change": {"at": "dist-1", "find": "select id from handout where party = 'H0001' and batch = 'district'", "do": [["void", "{id}", "--reason", "市级已发"]]},
}
