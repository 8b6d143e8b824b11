from data import at, codes, yuan

VENUES = codes("VN", 61, 2)
ROUND1, ROUND2 = codes("A", 25, 2), codes("B", 25, 2)
# Every voucher of round 1 buys 60 and 40 yuan; of round 2 fifteen buy 30; A01 tries 10 more at another venue.
SPENT = ([(code, VENUES[n], "60", "2022-01-18") for n, code in enumerate(ROUND1)] + [(code, VENUES[n + 30], "40", "2022-01-20") for n, code in enumerate(ROUND1)]
         + [(code, VENUES[n], "30", "2022-02-10") for n, code in enumerate(ROUND2[:15])])

SCENARIO = {
    "row": 24,
    "name": "吉林 一元抵百元：吉工e站领取，云闪付支付，60余个场馆，500万资金池，两轮",
    "says": "Pool 5,000 yuan, times 1000 = 500万; 50 vouchers issued of 100 yuan, of which the pool pays 99: 50 x 99 = 4,950 <= 5,000 (at most 50, "
            "times 1000 and a rest: 50,505). Round 1: 25 x 100 = 2,500 spent, 0 left, and A01 10 yuan beyond its 100: listed. Round 2: 15 x 30 = 450 "
            "spent, 2,050 left. Venues: 61. P03 claimed twice in round 2: listed. 3500万 since 2021 is a counter.",
    "scale": 1000,
    "laptops": {"pay-1": "clerk", "pay-2": "clerk"},
    "lists": {
        "campaign": [{"code": "JL1", "name": "第一轮", "type": "culture", "start": "2022-01-16", "end": "2022-01-31"},
                     {"code": "JL2", "name": "第二轮", "type": "culture", "start": "2022-02-01", "end": "2022-02-28"}],
        "site": [{"code": code, "roles": "venue"} for code in VENUES],
        "item": [{"code": "COUPON", "class": "coupon", "unit": "分"}],
        "grant": [{"code": "POOL", "type": "plan", "item": "COUPON", "measure": "value", "qty": yuan("5000")}]
        + [{"code": code, "type": "balance", "campaign": campaign, "item": "COUPON", "measure": "value", "qty": yuan("100"), "parent": "POOL",
            "party": "P%02d" % (3 if code == "B04" else n + 1)} for campaign, group in (("JL1", ROUND1), ("JL2", ROUND2)) for n, code in enumerate(group)],
        "event": [{"type": "note", "time": at("2022-03-01"), "value": yuan("35000000"), "source": "2021年以来", "note": "累计"}]},
    "setup": [("hq", None, ["rule", "add", "--code", "BALANCE", "--scope", "person", "--item", "COUPON", "--limit", "balance", "--qty", "10000",
                            "--per", "campaign", "--on-break", "block"]),
              ("hq", None, ["rule", "add", "--code", "POOL", "--scope", "campaign", "--grant", "POOL", "--item", "COUPON", "--limit", "budget", "--qty",
                            "295000", "--per", "campaign", "--on-break", "warn"])],
    "records": {"pay-1": {"move": [{"time": at(day), "site": venue, "voucher": code, "grant": code, "item": "COUPON", "qty": yuan(amount), "reason": "use"}
                                   for code, venue, amount, day in SPENT[:50]]},
                "pay-2": {"move": [{"time": at(day), "site": venue, "voucher": code, "grant": code, "item": "COUPON", "qty": yuan(amount), "reason": "use"}
                                   for code, venue, amount, day in SPENT[50:] + [("A01", "VN61", "10", "2022-01-21")]]}},
    "reports": [
        {"says": "by round: issued, spent, left", "ask": "select g.campaign, count(*) * 10000, sum(u.spent), count(*) * 10000 - sum(u.spent) from counted_grant g"
         " join (select g.code, coalesce(sum(m.qty), 0) as spent from counted_grant g left join counted_move m on m.grant = g.code where g.type ="
         " 'balance' group by 1) u on u.code = g.code group by 1 order by 1",
         "is": [["JL1", 250000, 251000, -1000], ["JL2", 250000, 45000, 205000]], "then": [["JL1", 250000, 250000, 0], ["JL2", 250000, 45000, 205000]]},
        {"says": "spent beyond the balance", "ask": "select g.code, sum(m.qty) - g.qty from counted_grant g join counted_move m on m.grant = g.code group by 1"
         " having sum(m.qty) > g.qty", "is": [["A01", 1000]], "then": []},
        {"says": "the rules list it too: A01 beyond its 100 yuan; spent 2,960 (2,510 + 450) beyond a part of the pool of 2,950", "ask": ["day", "2022-01-21"],
         "is": {"over_quota.#": 2, "over_quota.0.voucher": "A01", "over_quota.0.over": 1000}},
        {"says": "what the pool pays (99 of 100), and the pool", "ask": "select count(*) * 9900, (select qty from counted_grant where code = 'POOL') from"
         " counted_grant where type = 'balance'", "is": [[495000, 500000]]},
        {"says": "claimed more than once in a round", "ask": "select campaign, party, count(*) from counted_grant where type = 'balance' group by 1, 2 having"
         " count(*) > 1", "is": [["JL2", "P03", 2]]},
        {"says": "venues, and one venue's takings", "ask": "select count(*), (select sum(qty) from counted_move where site = 'VN01') from counted_site",
         "is": [[61, 9000]]},
        {"says": "issued", "ask": "select count(*) from counted_grant where type = 'balance'", "is": [[50]], "paper": 50000},
        {"says": "since 2021", "ask": "select value, source from counted_event", "is": [[3500000000, "2021年以来"]]}],
    "change": {"at": "pay-2", "find": "select id from counted_move where site = 'VN61'", "do": [["void", "{id}", "--reason", "余额不足，已退"]]},
}
