# SPDX-License-Identifier: BSD-2-Clause
set(scene_lib lib/guard_scene.c lib/guard_scene_peers.c
  lib/guard_scene_store.c)
sluice_test(flow test_accepted_rule_goes_inward_only_after_durable guard_core
  SOURCES ${scene_lib})
sluice_test(flow test_random_life guard_core
  SOURCES ${scene_lib} lib/random_rule.c)
