// Saboteurs for the tests of the tests: a mutant breaks one rule on purpose, so that some test must fail.
// They exist only in a build with the CMake option KAREZ_MUTANTS; everywhere else is_mutant() is a constant
// false and leaves no trace. The environment variable KAREZ_MUTANT chooses one by name when a program starts;
// a name that is none ends the program with exit code 2. What each breaks and which test must see it:
// tests/mutants/table.py.
//
// Thread rule: chosen before main(), constant afterwards; any thread. Only .cpp files ask, each mutant in one
// place.
#pragma once

/// The name of every mutant, once.
#define KAREZ_MUTANT_NAMES(X) \
  X(skip_fsync)               \
  X(skip_file_fsync)          \
  X(write_behind_hole)        \
  X(skip_folder_fsync)        \
  X(skip_file_lock)           \
  X(skip_chain_check)         \
  X(accept_bad_signature)     \
  X(accept_any_claim)         \
  X(skip_pin_check)           \
  X(forget_pin)               \
  X(ignore_cut)               \
  X(count_revoked)            \
  X(let_anybody_cut)          \
  X(ignore_roles)             \
  X(step_clock_back)          \
  X(merge_future_clock)       \
  X(ignore_time_zone)         \
  X(let_clock_decide)         \
  X(forget_sibling)           \
  X(add_counter_twice)        \
  X(remove_unseen)            \
  X(forget_void)              \
  X(hide_void_conflict)       \
  X(define_by_anybody)        \
  X(name_field_by_arrival)    \
  X(prefer_newest_code)       \
  X(count_duplicate)          \
  X(ignore_site_zone)         \
  X(forget_mark)              \
  X(call_incomplete_complete) \
  X(accept_typing_slip)       \
  X(keep_verdict_closed)      \
  X(forget_overdue)           \
  X(count_each_store)         \
  X(skip_nonce_check)         \
  X(forget_old_nonce)         \
  X(keep_half_slice)          \
  X(move_cursor_too_far)      \
  X(pass_refused_pack)        \
  X(forget_shelf)             \
  X(lose_merged_pack)         \
  X(skip_rebuild)             \
  X(show_newest_close)        \
  X(suggest_settled)          \
  X(ignore_same)              \
  X(close_over_waiting)       \
  X(forget_late_edit)         \
  X(hide_changed_cell)        \
  X(skip_range_of_author)     \
  X(skip_repair)              \
  X(believe_any_receipt)      \
  X(believe_bundled_receipt)  \
  X(believe_any_note)         \
  X(keep_old_receipts)        \
  X(forget_relay_key)         \
  X(store_repeats)            \
  X(answer_before_commit)     \
  X(forget_last_of_batch)     \
  X(accept_fork_at_relay)     \
  X(lower_announcement)       \
  X(keep_incarnation)         \
  X(ignore_pinned_branch)     \
  X(claim_without_link)       \
  X(keep_old_names)           \
  X(forget_heads_of_branch)   \
  X(forget_heads_apart)       \
  X(go_on_under_shared_key)   \
  X(keep_cut_of_branch)       \
  X(skip_stem_wait)           \
  X(forget_pin_of_branch)     \
  X(refuse_branch)            \
  X(name_by_parent)           \
  X(keep_first_name)          \
  X(admit_any_login)          \
  X(serve_revoked)            \
  X(ignore_credit)            \
  X(allow_any_number)         \
  X(allow_deep_json)          \
  X(debit_foreign_account)    \
  X(accept_twice)             \
  X(skip_stock_guard)

namespace karez {

enum class Mutant {
  none,
#define KAREZ_MUTANT_ENUMERATOR(name) name,
  KAREZ_MUTANT_NAMES(KAREZ_MUTANT_ENUMERATOR)
#undef KAREZ_MUTANT_ENUMERATOR
};

#ifdef KAREZ_MUTANTS

namespace mutants {
extern const Mutant chosen;
}

/// True if this process was started as that mutant.
[[nodiscard]] inline bool is_mutant(Mutant mutant) { return mutants::chosen == mutant; }

#else

[[nodiscard]] constexpr bool is_mutant(Mutant) { return false; }

#endif

}  // namespace karez
