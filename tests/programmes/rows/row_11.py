from data import at, codes, dealt, days

STORES = codes("HS", 5, 1)
VOUCHERS = codes("V", 30, 2)
TRADES = {code: ("rider", "courier", "san")[n % 3] for n, code in enumerate(VOUCHERS)}
DAY = "2025-07-20"
# V01 to V24 take two bottles at one store; V01 to V03 two more at the next one, without signal; V25 takes one.
REDEEMED = [(code, STORES[n % 5], 2, "10:00") for n, code in enumerate(VOUCHERS[:24])]
REDEEMED += [(code, STORES[(n + 1) % 5], 2, "16:00") for n, code in enumerate(VOUCHERS[:3])] + [("V25", "HS1", 1, "12:00")]
MOVES = {store: {"move": [{"time": at(DAY, clock), "site": where, "voucher": code, "item": "W550", "qty": qty, "reason": "give",
                           "trade": TRADES[code], "campaign": "MA25"} for code, where, qty, clock in REDEEMED if where == store]}
         for store in STORES}

OVER = ("select voucher, sum(qty) - 2 from handout where item = 'W550' group by voucher, day having sum(qty) > 2 order by 1")

SCENARIO = {
    "row": 11,
    "name": "石河子 夏送清凉，「码」上就到：每人每天2瓶，5家惠生活门店核销",
    "says": "24 x 2 + 3 x 2 + 1 = 55 bottles on one day. V01 to V03 took 4: over by 2 each, 6 in all; V26 to V30 unused: 5. By store: HS1 has "
            "V01 V06 V11 V16 V21 (10) and V25 (1): 11; HS2 V02 V07 V12 V17 V22 (10) and V01 again (2): 12; HS3 10 + 2 = 12; HS4 10 (V04 V09 "
            "V14 V19 V24) + 2 = 12; HS5 V05 V10 V15 V20: 8. 11 + 12 + 12 + 12 + 8 = 55. 15 July to 31 August: 17 + 31 = 48 days, at most 96.",
    "laptops": {store: "clerk" for store in STORES},
    "lists": {
        "campaign": [{"code": "MA25", "name": "夏送清凉", "type": "cool", "start": "2025-07-15", "end": "2025-08-31"}],
        "site": [{"code": code, "roles": "store", "name": "惠生活" + code} for code in STORES],
        "item": [{"code": "W550", "class": "water", "unit": "瓶"}],
        "grant": [{"code": code, "type": "voucher", "campaign": "MA25", "item": "W550", "trade": TRADES[code], "qty": 96,
                   "valid_from": "2025-07-15", "valid_to": "2025-08-31"} for code in VOUCHERS]},
    "setup": [("hq", None, ["rule", "add", "--scope", "person", "--item", "W550", "--limit", "max", "--qty", "2", "--per", "day",
                            "--across", "all", "--on-break", "warn"])],
    "records": MOVES,
    "reports": [
        {"says": "redeemed of the day", "ask": "select day, sum(qty) from handout group by day", "is": [[DAY, 55]], "then": [[DAY, 53]]},
        {"says": "by store", "ask": "select site, sum(qty) from handout group by site order by site",
         "is": [["HS1", 11], ["HS2", 12], ["HS3", 12], ["HS4", 12], ["HS5", 8]],
         "then": [["HS1", 11], ["HS2", 10], ["HS3", 12], ["HS4", 12], ["HS5", 8]]},
        # 24 vouchers by threes: 8 x 2 = 16 each; V01 rider, V02 courier, V03 sanitation take 2 more; V25 is a rider's.
        {"says": "by trade", "ask": "select trade, sum(qty) from handout group by trade order by trade",
         "is": [["courier", 18], ["rider", 19], ["san", 18]], "then": [["courier", 18], ["rider", 17], ["san", 18]]},
        {"says": "over the quota over all stores", "ask": OVER, "is": [["V01", 2], ["V02", 2], ["V03", 2]],
         "then": [["V02", 2], ["V03", 2]]},
        {"says": "the same as the day's report lists it", "ask": ["day", DAY],
         "is": {"over_quota.#": 3, "over_quota.0.voucher": "V01", "over_quota.0.over": 2, "over_quota.0.handouts.#": 2,
                "over_quota.0.handouts.1.site": "HS2", "over_quota.0.handouts.1.laptop": "HS2"},
         "then": {"over_quota.#": 2, "over_quota.0.voucher": "V02", "over_quota.0.over": 2, "over_quota.0.handouts.#": 2,
                  "over_quota.0.handouts.1.site": "HS3", "over_quota.0.handouts.1.laptop": "HS3"}},
        {"says": "vouchers that nobody used", "ask": "select g.code from counted_grant g left join handout h on h.voucher = g.code where"
         " g.type = 'voucher' and h.id is null order by 1", "is": [["V26"], ["V27"], ["V28"], ["V29"], ["V30"]]},
        {"says": "outside the window or of another trade than the voucher's", "ask": "select h.voucher from handout h join counted_grant g on"
         " g.code = h.voucher where h.day < g.valid_from or h.day > g.valid_to or h.trade <> g.trade", "is": []},
        {"says": "days of the window, bottles a person at most", "ask": "select julianday(\"end\") - julianday(start) + 1,"
         " 2 * (julianday(\"end\") - julianday(start) + 1) from counted_campaign", "is": [[48.0, 96.0]]},
        {"says": "the campaign's report", "ask": ["report", "campaign", "MA25"],
         "is": {"items.W550": 55, "by_site.HS1.items.W550": 11, "by_laptop.HS2.lines": 6}, "then":
         {"items.W550": 53, "by_site.HS1.items.W550": 11, "by_laptop.HS2.lines": 5}}],
    "change": {"at": "HS2", "find": "select id from handout where voucher = 'V01' and site = 'HS2'",
               "do": [["void", "{id}", "--reason", "没有领走"]]},
}
