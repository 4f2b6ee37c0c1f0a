# SPDX-License-Identifier: BSD-2-Clause
# What RPKI, IRR, protected space and the rest of the policy do in a guard.
sluice_test(flow test_every_reason scene cli
  SOURCES flow/every_reason_judged.c flow/every_reason_events.c)
target_compile_definitions(test_every_reason PRIVATE
  GOLDEN_FOLDER="${CMAKE_CURRENT_SOURCE_DIR}/golden")
foreach(test test_roas test_irr_lists test_protected_space test_rewriting
    test_pacing)
  sluice_test(flow ${test} scene)
endforeach()
