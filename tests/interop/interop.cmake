# SPDX-License-Identifier: BSD-2-Clause
# Real peers, in network namespaces of their own: needs root or user namespaces.
add_executable(make_rules interop/make_rules.c lib/random_rule.c)
target_link_libraries(make_rules PRIVATE wire policy flags)

# interop_test(vectors 90): interop/vectors.py, at most so many seconds.
function(interop_test name seconds)
  add_test(NAME interop/${name} COMMAND python3 -B
    ${CMAKE_CURRENT_SOURCE_DIR}/interop/${name}.py ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
  set_tests_properties(interop/${name} PROPERTIES LABELS interop
    TIMEOUT ${seconds} RUN_SERIAL TRUE)
endfunction()

interop_test(literature 60)
interop_test(vectors 120)
interop_test(random_rules 180)
interop_test(transport 120)
interop_test(security 150)
interop_test(conversation 150)
interop_test(hostile_neighbour 120)
interop_test(truth_table 120)
interop_test(scenario_misconfigured 150)
interop_test(scenario_rogue 150)
interop_test(scenario_hijack 150)
interop_test(feeds 180)
interop_test(own_unicast 150)
interop_test(brake 120)
interop_test(rpki 120)
interop_test(hard_days_sessions 150)
interop_test(hard_days_routes 120)
interop_test(hard_days_irr 150)
interop_test(hard_days_operator 150)
