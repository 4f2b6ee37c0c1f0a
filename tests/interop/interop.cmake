# SPDX-License-Identifier: BSD-2-Clause
# Real peers, in network namespaces of their own: needs root or user namespaces.
add_executable(make_rules interop/make_rules.c lib/random_rule.c)
target_link_libraries(make_rules PRIVATE wire policy flags)

# What others' code makes of our log: Go's own packages for such logs, as
# Debian has them (golang-golang-x-mod-dev), without a network.
find_program(GO go)
set(verify_log "${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/verify_log")
file(GLOB go_sources CONFIGURE_DEPENDS
  "${CMAKE_CURRENT_SOURCE_DIR}/interop/verify/*.go")
if(GO AND EXISTS /usr/share/gocode/src/golang.org/x/mod/sumdb)
  add_custom_command(OUTPUT "${verify_log}"
    COMMAND ${CMAKE_COMMAND} -E env GO111MODULE=off GOPATH=/usr/share/gocode
      GOFLAGS= CGO_ENABLED=0 "GOCACHE=${CMAKE_BINARY_DIR}/go-cache"
      ${GO} build -trimpath -o "${verify_log}" ${go_sources}
    DEPENDS ${go_sources} VERBATIM)
  add_custom_target(verify_log ALL DEPENDS "${verify_log}")
endif()

# Logs made long, and tampered with.
add_executable(log_fill interop/log_fill.c lib/random_entry.c)
target_link_libraries(log_fill PRIVATE store policy flags)
add_executable(tamper interop/tamper.c interop/tamper_tools.c lib/random_entry.c)
target_link_libraries(tamper PRIVATE store policy flags)

# A guard that crashes of one rule.
get_target_property(guard_dir sluice-guard SOURCE_DIR)
add_executable(guard_crash interop/guard_crash.c "${guard_dir}/main.c")
target_link_libraries(guard_crash PRIVATE guard_core sandbox)
target_link_options(guard_crash PRIVATE -Wl,--wrap=judge)

# A session that tries what it must not do. Without filters all would be let.
if(SLUICE_SANDBOX)
  get_target_property(session_dir sluice-session SOURCE_DIR)
  add_executable(hostile_session interop/hostile_session.c "${session_dir}/main.c")
  target_link_libraries(hostile_session PRIVATE session_core sandbox sandbox_selftest)
  target_link_options(hostile_session PRIVATE
    -Wl,--wrap=flowspec_decode -Wl,--wrap=session_new)
endif()

# A disk that stands still, for LD_PRELOAD.
add_library(stall SHARED lib/stall.c)
target_include_directories(stall PRIVATE "${CMAKE_SOURCE_DIR}")
target_compile_definitions(stall PRIVATE _GNU_SOURCE)
target_compile_options(stall PRIVATE -Wall -Wextra -Wpedantic -Wconversion
  -Wshadow -fvisibility=hidden)
set_target_properties(stall PROPERTIES
  LIBRARY_OUTPUT_DIRECTORY "${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")

# interop_test(vectors 90): interop/vectors.py, at most so many seconds. Each is
# in namespaces of its own and mostly waits, so they may run side by side; SERIAL
# is for those that need the machine's processors or disk for themselves.
function(interop_test name seconds)
  cmake_parse_arguments(arg "SERIAL" "" "" ${ARGN})
  add_test(NAME interop/${name} COMMAND python3 -B
    ${CMAKE_CURRENT_SOURCE_DIR}/interop/${name}.py ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
  set_tests_properties(interop/${name} PROPERTIES LABELS interop
    TIMEOUT ${seconds})
  if(arg_SERIAL)
    set_tests_properties(interop/${name} PROPERTIES RUN_SERIAL TRUE)
  endif()
endfunction()

interop_test(literature 60)
interop_test(vectors 120)
interop_test(random_rules 180 SERIAL)
interop_test(transport 120)
interop_test(security 150)
interop_test(security_hops 120)
interop_test(ranges 120)
interop_test(wrong_password 180)
interop_test(reload_drops 90)
interop_test(half_open 120)
interop_test(conversation 150)
interop_test(log_level 150)
interop_test(stalled_log 120)
interop_test(hostile_neighbour 120)
interop_test(truth_table 120)
interop_test(scenario_misconfigured 150)
interop_test(scenario_rogue 150)
interop_test(scenario_hijack 150)
interop_test(feeds 180)
interop_test(own_unicast 150)
interop_test(brake 120)
interop_test(guard_crash 120)
interop_test(rpki 120)
interop_test(hard_days_sessions 150)
interop_test(hard_days_routes 120)
interop_test(hard_days_irr 150)
interop_test(hard_days_operator 150)
interop_test(audit_go 120)
interop_test(audit_keys 120)
interop_test(two_logs 150)
interop_test(stall 120 SERIAL)
interop_test(tamper 180 SERIAL)
interop_test(damage 120 SERIAL)
if(SLUICE_SANDBOX)
  interop_test(hostile_session 300)
endif()

# TCP-AO, in a kernel that has it: this one, or one that is built once, kept
# outside of the tree (kernel/build) and run by qemu. 77: not on this machine.
add_test(NAME interop/ao_kernel COMMAND
  ${CMAKE_CURRENT_SOURCE_DIR}/interop/kernel/build --native)
set_tests_properties(interop/ao_kernel PROPERTIES LABELS interop TIMEOUT 3600
  RUN_SERIAL TRUE SKIP_RETURN_CODE 77 FIXTURES_SETUP ao_kernel)
interop_test(ao 600 SERIAL)
set_tests_properties(interop/ao PROPERTIES SKIP_RETURN_CODE 77
  FIXTURES_REQUIRED ao_kernel)

# The benchmarks' programs and roads, so that they do not rot; no speed is judged.
add_test(NAME interop/bench COMMAND python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/bench/run
  try --build ${CMAKE_BINARY_DIR} --relays sluice
  --only flood,pace,crowd,memory,table,takeover)
set_tests_properties(interop/bench PROPERTIES LABELS interop TIMEOUT 240
  RUN_SERIAL TRUE)
