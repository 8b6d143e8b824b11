"""Every mutant: its name in engine/include/karez/base/mutants.h, the rule that it breaks, the test that must see it.

A test is a case of a doctest program ("unit/log: case"), of a unittest file in tests/e2e ("e2e: file.Class.test"), or
a seed of the simulator ("seed: seed days"). `quick`: this one runs with every ./tests/run; the others with tests/soak.
"""

import collections

Mutant = collections.namedtuple("Mutant", "name rule test quick")
ALL = []


def mutant(name, rule, test, quick=False):
    ALL.append(Mutant(name, rule, test, quick))


# The disk.
mutant("skip_fsync", "what was said to be saved is on the disk before it is said",
       "seed: 78 50", quick=True)
mutant("skip_file_fsync", "a key file is on the disk before it takes the old one's name",
       "unit/base: Files: a file is on the disk before it has its name, and the name before the call ends")
mutant("skip_folder_fsync", "a key file's name is on the disk before its key signs anything",
       "unit/base: Files: a file is on the disk before it has its name, and the name before the call ends")
mutant("write_behind_hole", "what is saved after a kill does not hang on frames that a failed fsync lost",
       "sim: Faults: what is saved behind frames that a failed fsync lost survives the power cut", quick=True)
mutant("skip_file_lock", "one writer at a time: every write transaction stands under the file lock",
       "unit/storage: Transaction: rolls back unless committed, and holds the file lock until then")
mutant("keep_half_slice", "a slice of packs, its tables and its cursor are one commit",
       "unit/replica: Replica: a pack that this replica cannot store leaves nothing behind, and comes again", quick=True)
mutant("skip_rebuild", "an upgrade shows what the version before could only carry",
       "unit/replica: Replica: an older catalog carries an unknown field untouched and shows it after an upgrade")
mutant("lose_merged_pack", "merging packs loses nothing",
       "unit/storage: LogStore: packs of one change are merged as the log grows, and everything stays readable")
mutant("hide_changed_cell", "verify finds any changed cell",
       "unit/replica: Replica: verify names a changed cell, a removed row and a changed byte of the log")

# The close of a day.
mutant("show_newest_close", "of rival closes everybody shows the earliest, until somebody replaces the others",
       "unit/replica: Close: two that did not know of each other are a listed case, and one of them is shown by everybody")
mutant("ignore_same", "what a verdict calls the same leaves the totals, a visit with its handouts",
       "unit/replica: Verdict: the same visit leaves the totals with its handouts, and comes back when the verdict goes")
mutant("suggest_settled", "what a verdict calls two real things is suggested no more",
       "unit/replica: Double entries: suggested with their reasons until somebody has judged them")
mutant("close_over_waiting", "a day is not closed over records that are held and not applied",
       "unit/replica: Close: while records wait for others' changes there is no close")
mutant("forget_late_edit", "an edit or a voiding after the close is in the late list",
       "unit/replica: Close: what comes later is in the late list and the addendum, and nowhere else")

# The log and who may write it.
mutant("skip_chain_check", "a pack is stored only where it continues the chain that is held",
       "unit/replica: Replica: a log is continued only by what links to it")
mutant("accept_bad_signature", "nothing is stored that its author did not sign",
       "unit/log: Vectors: bad packs are refused", quick=True)
mutant("accept_any_claim", "an enrolment shows the key of its invitation",
       "unit/log: Enrolment: every part of a claim is bound")
mutant("skip_pin_check", "a change waits for the very change that it names",
       "unit/storage: Applier: a pin to a link that is not the log's holds up its author, whatever was compared before")
mutant("forget_pin", "a change on another's record names what it had seen of that log",
       "unit/replica: Replica: a change on another's record waits for that record")
mutant("ignore_cut", "what a coordinator did above its cut decides about nobody",
       "unit/log: Authority: what a coordinator did above its cut does not count")
mutant("count_revoked", "nothing counts that a revoked author wrote above its cut",
       "unit/replica: Replica: what a revoked laptop wrote before the cut counts, what came later does not", quick=True)
mutant("let_anybody_cut", "only roles that revoke revoke, and no junior a senior",
       "unit/log: Authority: a junior cannot cut a senior, nor a volunteer anybody")
mutant("ignore_roles", "what a role may not write stands outside the totals",
       "e2e: test_authority.Authority.test_a_volunteers_site_is_stored_shown_and_does_not_count")
mutant("skip_nonce_check", "a copied or restored database becomes an author of its own before it writes",
       "unit/replica: Replica: a copied home becomes a laptop of its own before it writes, and both count")
mutant("forget_old_nonce", "an interrupted first write is no clone",
       "seed: 50 50")
mutant("allow_any_number", "a number beyond 10^12 is no form of a change",
       "unit/log: Form: values have limits")

# Time and merging.
mutant("step_clock_back", "a laptop's own hybrid time never steps back",
       "unit/model: HybridTime: a clock that stands or runs back counts on")
mutant("merge_future_clock", "a time far ahead does not drag this laptop's clock along",
       "unit/model: HybridTime: a received time is merged unless it is more than ten minutes ahead")
mutant("ignore_time_zone", "a working day is the day of the record's own offset",
       "unit/model: Day: an instant falls on the day of its offset")
mutant("let_clock_decide", "a write that saw the other wins, whatever the clocks say",
       "unit/replica: Replica: an edit that saw the other wins whatever the clock says")
mutant("forget_sibling", "no concurrent edit disappears",
       "property: Register: visible are the counted writes that no counted write reaches", quick=True)
mutant("add_counter_twice", "an addition counts once",
       "property: Counter: any order gives one sum, and uncounted deltas add nothing", quick=True)
mutant("remove_unseen", "a removal takes away what it saw and nothing else",
       "property: Set: order and repetition change nothing, and an addition that no removal saw wins")
mutant("forget_void", "voided stays voided when the log is applied again",
       "unit/storage: Tables: a run of changes ends as its changes do one by one")
mutant("hide_void_conflict", "an edit that met an unaware void is listed",
       "unit/replica: Replica: an edit that meets an unaware void is listed, and both are visible")
mutant("define_by_anybody", "own fields are what those with the right to have defined",
       "unit/replica: OwnFields: a volunteer's definition adds nothing, and what is written under it stays in the log")
mutant("name_field_by_arrival", "of two own fields of one name the older holds it",
       "unit/ledger: OwnFields: of two definitions of one name the older holds it, whatever order they came in")
mutant("prefer_newest_code", "a code on two records is the older one's",
       "unit/replica: Replica: one code on two records resolves to the older and lists the other as its duplicate")
mutant("count_duplicate", "a row that was brought in twice counts once in the day",
       "unit/ledger: Day: a report by index and one that reads every handout say the same")
mutant("ignore_site_zone", "a record's working day is its site's",
       "unit/ledger: SiteZones: a record after the workspace's midnight is still of the day where the site's is not over")
mutant("forget_mark", "a sum of numbers that are not exact is not exact",
       "unit/ledger: Day: a report by index and one that reads every handout say the same")
mutant("call_incomplete_complete", "complete is what was announced, or the gap is named",
       "e2e: test_proofs.Complete.test_twenty_announced_and_fifteen_applied_are_five_missing")

# Rules and vouchers.
mutant("count_each_store", "a quota across all stores is one quota",
       "e2e: test_rules.Rules.test_the_day_of_shihezi_is_the_expected_one_in_every_order")
mutant("keep_verdict_closed", "a record that came after the verdict opens its group again",
       "e2e: test_rules.Rules.test_what_is_held_counts_and_waits_for_a_verdict_that_later_records_open_again")
mutant("forget_overdue", "a duty whose window has ended is overdue",
       "e2e: test_rules.Rules.test_duties_are_done_due_or_overdue_window_by_window")
mutant("accept_typing_slip", "a code of Karez with a wrong check symbol is refused",
       "unit/model: Voucher codes: every wrong symbol and every two that changed places are found")

# Streams: branches of a forked log.
mutant("name_by_parent", "a branch is named by its own link where it diverges",
       "unit/log: Streams: a branch that splits again keeps its name for what its branches share")
mutant("keep_first_name", "names hang on the logs that are held, not on which came first",
       "unit/log: Streams: names hang on the logs that are known, not on the order in which they came")
mutant("ignore_pinned_branch", "a dot in another's log means the branch that its newest pin leads to",
       "unit/storage: StreamNames: a dot means its writer's branch, the one that was pinned, what all share, or "
       "nothing")
mutant("forget_pin_of_branch", "a change that means another branch than the last pinned pins the one it means",
       "unit/replica: Streams: records of branches are edited and voided by everybody, and everybody sees the same")
mutant("claim_without_link", "an invitation of a forked issuer is known by its dot and its link",
       "unit/replica: Streams: both copies of headquarters invite and admit, and whoever came by either counts")
mutant("keep_cut_of_branch", "a cut is judged again when the log grows that it cuts",
       "unit/replica: Streams: a cut finds its branch when the branch has grown that far")
mutant("skip_stem_wait", "a branch applies after what it shares with its parent",
       "unit/replica: Streams: a branch waits until what it shares is applied")
mutant("keep_old_names", "a branch that appears renames what the tables hold, in the same commit",
       "unit/replica: Streams: what a laptop and its unnoticed copy recorded counts, and what they share counts once")
mutant("forget_heads_of_branch", "what was said of a log follows the branch that turns out to be meant",
       "unit/replica: Streams: what was said of a branch that is not here yet is that branch's when it comes")
mutant("forget_heads_apart", "what a relay holds under a name unknown here is known when its branch comes",
       "unit/replica: Streams: what was said of a branch that is not here yet is that branch's when it comes")
mutant("go_on_under_shared_key", "who hears that another wrote under its key goes on under a new one",
       "unit/replica: Streams: whoever hears first of the other branch goes on under a key of its own, and is told")
mutant("refuse_branch", "the relay stores a log that diverges from the one it holds",
       "unit/relay: PackStore: two links at one seq are a fork, wherever they meet")

# A replica's session.
mutant("move_cursor_too_far", "the cursor lies at the last pack that is held",
       "unit/replica: Replica: the cursor lies at the last pack of a batch, in the same commit", quick=True)
mutant("pass_refused_pack", "the cursor never passes a pack that was refused",
       "unit/sync: Session: a refused pack holds the cursor before it, also when the link breaks right after")
mutant("forget_shelf", "a pack beyond a gap waits for it to close",
       "unit/storage: Aside: a pack waits until its predecessors are there, and is taken once")
mutant("skip_range_of_author", "the sum of a range holds every author in it",
       "property: HeadTable: it counts, sums and finds as a plain map does", quick=True)
mutant("skip_repair", "a relay that was set back gets again what it lost",
       "unit/sync: Session: a relay that was put back from a backup gets again what it lost")
mutant("believe_any_receipt", "a receipt counts if the relay signed it",
       "unit/sync: Session: a false receipt is a refusal")
mutant("believe_bundled_receipt", "a receipt on a stick counts if the pinned relay signed it",
       "unit/replica: Bundle: receipts count only from the pinned relay, for what stands here, and raise what is on it")
mutant("believe_any_note", "an announcement counts if its author signed it",
       "unit/sync: Session: a note that its author did not sign is not stored")
mutant("keep_old_receipts", "receipts of an earlier incarnation do not count",
       "unit/replica: Replica: what an earlier incarnation of the relay held is saved here again, until it says so")
mutant("forget_relay_key", "another relay at the same address is told nothing",
       "e2e: test_forgeries.RefusedByTheReplica.test_another_relay_at_the_same_address_is_not_told_anything")
mutant("allow_deep_json", "no message makes a parser climb without end",
       "unit/sync: Control messages: depth, size and duplicate keys are checked before anything is built")

# The relay.
mutant("store_repeats", "what comes twice is stored once and acknowledged again",
       "unit/relay: PackStore: a repetition is stored once and answered with the arrival of before")
mutant("answer_before_commit", "a receipt speaks of what is on the disk",
       "unit/relay: PackStore: a full disk refuses what does not fit, keeps what was stored, and goes on when there is "
       "room", quick=True)
mutant("forget_last_of_batch", "every pack of a group commit is in it",
       "unit/relay: PackStore: many packs of many authors become durable in one commit, in order", quick=True)
mutant("accept_fork_at_relay", "two links at one seq are a fork and not a log",
       "unit/relay: PackStore: two links at one seq are a fork, wherever they meet")
mutant("lower_announcement", "what an author announced once is known to exist",
       "unit/relay: PackStore: an announcement of an older head does not lower what is known to exist")
mutant("keep_incarnation", "a relay that was set back begins a new incarnation",
       "unit/relay: PackStore: a new incarnation is drawn on request only")
mutant("admit_any_login", "a login is signed by the author that it names, for this greeting",
       "unit/sync: Relay session: before login only a login of at most 4 KiB is taken")
mutant("serve_revoked", "a revoked laptop delivers and receives nothing",
       "unit/sync: Relay session: a revoked author that asks is told so, and sent nothing")
mutant("ignore_credit", "no more is in flight than the reader allowed",
       "unit/sync: Relay session: packs wait for credit, and one more may be on its way")

# The ledger.
mutant("debit_foreign_account", "an account is debited by its owner alone",
       "unit/ledger: Stock: what somebody else takes from an account is a case and takes nothing")
mutant("accept_twice", "a hand-over is accepted once",
       "unit/replica: Stock: a code is accepted once, by the laptop that it is for", quick=True)
mutant("skip_stock_guard", "no account goes below zero",
       "unit/replica: Stock: an account gives what it has and no more", quick=True)
