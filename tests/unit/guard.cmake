# SPDX-License-Identifier: BSD-2-Clause
set(scene_lib lib/guard_scene.c lib/guard_scene_peers.c
  lib/guard_scene_store.c lib/guard_scene_unicast.c)
set(life_lib ${scene_lib} lib/random_life.c lib/random_life_check.c
  lib/random_rule.c)
# The guard with a queue to the log that is full after some 20 entries.
get_target_property(guard_folder guard_core SOURCE_DIR)
get_target_property(guard_files guard_core SOURCES)
list(TRANSFORM guard_files PREPEND "${guard_folder}/")
add_library(guard_core_tight STATIC ${guard_files})
target_link_libraries(guard_core_tight PUBLIC guard_tables policy common
  flags)
target_compile_definitions(guard_core_tight PUBLIC
  JOURNAL_OCTETS=98304u JOURNAL_ENTRIES=40u)

sluice_test(flow test_accepted_rule_goes_inward_only_after_durable guard_core
  SOURCES ${scene_lib})
sluice_test(flow test_random_life guard_core SOURCES ${life_lib})
sluice_test(flow test_random_life_tight guard_core_tight SOURCES ${life_lib})
sluice_test(flow test_wide_rule_is_held_until_approved guard_core SOURCES ${scene_lib})
sluice_test(flow test_operator_withdraws_a_rule guard_core SOURCES ${scene_lib})
sluice_test(flow test_withdrawal_goes_inward_first guard_core SOURCES ${scene_lib})
sluice_test(flow test_replacement guard_core SOURCES ${scene_lib})
sluice_test(flow test_full_queue guard_core_tight SOURCES ${scene_lib})
sluice_test(flow test_hostile_session guard_core SOURCES ${scene_lib})
sluice_test(flow test_two_owners guard_core SOURCES ${scene_lib})
sluice_test(flow test_session_lost_lingers guard_core SOURCES ${scene_lib})
sluice_test(flow test_guard_restart guard_core SOURCES ${scene_lib})
sluice_test(flow test_store_restart guard_core SOURCES ${scene_lib})
sluice_test(flow test_refused_rule_leaves_a_record guard_core SOURCES ${scene_lib})
sluice_test(flow test_refusal_flood guard_core SOURCES ${scene_lib})
sluice_test(flow test_quota_promotion guard_core SOURCES ${scene_lib})
sluice_test(flow test_reload guard_core SOURCES ${scene_lib})
sluice_test(flow test_stop_is_recorded guard_core SOURCES ${scene_lib})
sluice_test(flow test_control_rows guard_core SOURCES ${scene_lib})
sluice_test(flow test_slow_router guard_core SOURCES ${scene_lib})
sluice_test(unit test_rib_in guard_core)
sluice_test(unit test_rib_out guard_core)
sluice_test(unit test_journal guard_core)
sluice_test(unit test_journal_tight guard_core_tight)
sluice_test(unit test_guard_config guard_core)
sluice_test(flow test_real_store guard_core store_role
  SOURCES ${scene_lib} lib/temp_folder.c)
sluice_test(flow test_rule_needs_a_route guard_core SOURCES ${scene_lib})
sluice_test(flow test_takeover_revokes guard_core SOURCES ${scene_lib})
sluice_test(flow test_lost_route_is_damped guard_core SOURCES ${scene_lib})
sluice_test(flow test_feed_lost guard_core SOURCES ${scene_lib})
sluice_test(flow test_customer_unicast guard_core SOURCES ${scene_lib})
sluice_test(flow test_kinds_of_validation guard_core SOURCES ${scene_lib})
sluice_test(flow test_brake guard_core SOURCES ${scene_lib})
sluice_test(flow test_guard_restart_with_routes guard_core SOURCES ${scene_lib})
sluice_test(flow test_reload_validation guard_core SOURCES ${scene_lib})
sluice_test(flow test_route_is_shown guard_core SOURCES ${scene_lib})
sluice_test(flow test_hostile_unicast guard_core SOURCES ${scene_lib})
sluice_test(flow test_random_unicast guard_core
  SOURCES ${scene_lib} lib/random_rule.c)
sluice_test(unit test_depend guard_core SOURCES lib/random_rule.c)
sluice_test(flow test_revocations_fill_the_queue guard_core_tight
  SOURCES ${scene_lib})
