from data import at, codes, yuan

PARTIES = codes("A", 12, 2)
# Own cost: A01 to A10 10,001 to 10,010 yuan, A11 exactly 10,000, A12 9,999.
COST = {code: yuan(10001 + n) for n, code in enumerate(PARTIES[:10])} | {"A11": yuan(10000), "A12": yuan(9999)}
STEPS = [("hq", code, ["add", "event", "type=request", "time=" + at("2022-10-08"), "campaign=DB22", "party=" + code,
                       "value=%d" % COST[code], "state=new", "source=医保局共享"]) for code in PARTIES]
SENT = [("desk-1", "sent " + code, ["add", "event", "type=reply", "reply_to={%s}" % code, "party=" + code, "campaign=DB22",
                                    "time=" + at("2022-10-12"), "state=sent", "value=%d" % COST[code]])
        for code in PARTIES[:9] + ["A12"]]
PARCELS = [("desk-1", None, ["add", "move", "event={sent %s}" % code, "item=GIFT", "qty=1", "reason=give"])
           for code in PARTIES[:9] + ["A12"]]
RECEIPTS = [("desk-2", None, ["file", "add", "{folder}/receipt-%s.pdf" % code, "--role", "receipt", "--event", "{%s}" % code])
            for code in PARTIES[:7]]

CASES = ("with c as (select r.id, r.party, r.value, r.state, (select count(*) from counted_event s where s.reply_to = r.id and s.state = 'sent')"
         " as sent, (select count(*) from counted_file f where f.event = r.id and f.role = 'receipt') as receipts"
         " from counted_event r where r.type = 'request' and r.campaign = 'DB22')")

SCENARIO = {
    "row": 8,
    "name": "大病医疗普惠慰问：医保共享数据，自付超过一万元，寄出慰问，回执归档",
    "says": "12 listed by the medical insurance; 10 have an own cost above 10,000 yuan (A11 with exactly 10,000 has not). 9 of them and A12, "
            "below the threshold, were dispatched: 10. 7 receipts filed, 10 - 7 = 3 open. A08 was closed without a receipt: it is listed. A03 was sent twice: listed.",
    "laptops": {"desk-1": "volunteer", "desk-2": "volunteer"},
    "lists": {"campaign": [{"code": "DB22", "name": "大病慰问", "type": "aid"}], "item": [{"code": "GIFT", "class": "kit", "unit": "份"}],
              "party": [{"code": code, "type": "person", "list_source": "医保局", "list_date": "2022-09-30", "consent": "1"}
                        for code in PARTIES]},
    "setup": [("hq", None, ["rule", "add", "--scope", "person", "--item", "GIFT", "--campaign", "DB22", "--limit", "max", "--qty", "1", "--per",
                            "campaign", "--threshold", "1000000", "--on-break", "warn"])] + STEPS + [("hq", None, ["write", "receipt-%s.pdf" % code, "回执 " + code]) for code in PARTIES[:8]],
    "steps": SENT + PARCELS + RECEIPTS
    + [("hq", None, ["edit", "{%s}" % code, "state=done"]) for code in PARTIES[:8]]
    + [("desk-2", "again", ["add", "event", "type=reply", "reply_to={A03}", "party=A03", "campaign=DB22", "time=" + at("2022-10-13"),
                            "state=sent"])],
    "reports": [
        {"says": "listed, above the threshold, dispatched (A12 too), with receipt, open",
         "ask": CASES + " select count(*), sum(value > 1000000), sum(sent > 0), sum(receipts > 0), sum(value > 1000000 and receipts = 0) from c",
         "is": [[12, 10, 10, 7, 3]]},
        {"says": "sent more than once to a person", "ask": CASES + " select party, sent from c where sent > 1", "is": [["A03", 2]], "then": []},
        {"says": "sent below the threshold", "ask": CASES + " select party from c where sent > 0 and value <= 1000000", "is": [["A12"]]},
        {"says": "the rule (one, above 10,000 yuan) lists the same", "ask": ["day", "2022-10-12"],
         "is": {"over_quota.#": 1, "over_quota.0.subject": "party:A12", "over_quota.0.over": 1, "over_quota.0.limit": 0}},
        {"says": "closed without a receipt", "ask": CASES + " select party from c where state = 'done' and receipts = 0", "is": [["A08"]]},
        {"says": "parcels", "ask": "select count(*), sum(qty) from handout where campaign = 'DB22'", "is": [[10, 10]]}],
    "change": {"at": "desk-2", "find": "select '{again}'", "do": [["void", "{id}", "--reason", "重复登记"]]},
}
