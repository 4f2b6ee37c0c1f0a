# SPDX-License-Identifier: BSD-2-Clause
# A guard with everything around it played: one library for all flow tests.
set(scene_files lib/guard_scene.c lib/guard_scene_config.c
  lib/guard_scene_control.c lib/guard_scene_peers.c lib/guard_scene_rpki.c
  lib/guard_scene_store.c lib/guard_scene_unicast.c lib/guard_steps.c
  lib/random_life.c lib/random_life_check.c lib/random_rule.c)
add_library(scene STATIC ${scene_files})
target_link_libraries(scene PUBLIC guard_core flags PkgConfig::CMOCKA)
# The guard with a queue to the log that is full after some 20 entries.
get_target_property(guard_folder guard_core SOURCE_DIR)
get_target_property(guard_files guard_core SOURCES)
list(TRANSFORM guard_files PREPEND "${guard_folder}/")
add_library(guard_core_tight STATIC ${guard_files})
target_link_libraries(guard_core_tight PUBLIC guard_tables policy common
  flags)
target_compile_definitions(guard_core_tight PUBLIC
  JOURNAL_OCTETS=98304u JOURNAL_ENTRIES=40u)
add_library(scene_tight STATIC ${scene_files})
target_link_libraries(scene_tight PUBLIC guard_core_tight flags
  PkgConfig::CMOCKA)

sluice_test(flow test_accepted_rule_goes_inward_only_after_durable scene)
sluice_test(flow test_random_life scene)
sluice_test(flow test_random_life_tight scene_tight)
sluice_test(flow test_wide_rule_is_held_until_approved scene)
sluice_test(flow test_operator_withdraws_a_rule scene)
sluice_test(flow test_withdrawal_goes_inward_first scene)
sluice_test(flow test_replacement scene)
sluice_test(flow test_full_queue scene_tight)
sluice_test(flow test_hostile_session scene)
sluice_test(flow test_two_owners scene)
sluice_test(flow test_session_lost_lingers scene)
sluice_test(flow test_guard_restart scene)
sluice_test(flow test_store_restart scene)
sluice_test(flow test_refused_rule_leaves_a_record scene)
sluice_test(flow test_refusal_flood scene)
sluice_test(flow test_quota_promotion scene)
sluice_test(flow test_reload scene)
sluice_test(flow test_stop_is_recorded scene)
sluice_test(flow test_control_rows scene)
sluice_test(flow test_store_speaks scene)
sluice_test(flow test_clock_steps scene)
target_link_options(test_clock_steps PRIVATE -Wl,--wrap=clock_wall_ns)
sluice_test(flow test_slow_router scene)
sluice_test(unit test_rib_in guard_core)
sluice_test(unit test_rib_out guard_core)
sluice_test(unit test_journal guard_core)
sluice_test(unit test_journal_tight guard_core_tight)
sluice_test(unit test_guard_config guard_core)
sluice_test(unit test_place guard_core)
sluice_test(flow test_range_of_neighbors scene)
sluice_test(flow test_real_store scene store_role
  SOURCES lib/temp_folder.c)
sluice_test(flow test_rule_needs_a_route scene)
sluice_test(flow test_takeover_revokes scene)
sluice_test(flow test_lost_route_is_damped scene)
sluice_test(flow test_feed_lost scene)
sluice_test(flow test_customer_unicast scene)
sluice_test(flow test_kinds_of_validation scene)
sluice_test(flow test_brake scene)
sluice_test(flow test_guard_restart_with_routes scene)
sluice_test(flow test_reload_validation scene)
sluice_test(flow test_route_is_shown scene)
sluice_test(flow test_hostile_unicast scene)
sluice_test(flow test_random_unicast scene)
sluice_test(unit test_depend guard_core SOURCES lib/random_rule.c)
sluice_test(unit test_moves guard_core)
sluice_test(flow test_moves_of_customers scene)
sluice_test(flow test_revocations_fill_the_queue scene_tight)
# Quotas, lifetimes, containment, the operators' own rules.
foreach(test quota_cost quota_rate quota_fleet quota_waiting lifetime
    lifetime_over_restarts panic freeze_and_quarantine mute flap_breaker
    noc_rules noc_and_customers guard_proves_itself customers_are_shown)
  sluice_test(flow test_${test} scene)
endforeach()
target_link_options(test_guard_proves_itself PRIVATE
  -Wl,--wrap=selftest_run)
sluice_test(flow test_hostile_policy scene)
sluice_test(flow test_guard_past scene supervisor)
