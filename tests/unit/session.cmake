# The session role: its tables and state machine, then the whole program.
foreach(file backoff collision keyset fsm adj_in adj_out out_attrs pace tell
    communities routes_in adj_in_random)
  sluice_test(unit test_${file} session_core)
endforeach()
sluice_test(unit test_check_unicast common)
target_compile_definitions(test_fsm PRIVATE
  FSM_GOLDEN="${CMAKE_CURRENT_LIST_DIR}/../golden/fsm.txt")
foreach(test test_session test_session_open test_session_end
    test_session_inward test_session_unicast test_session_feed
    test_session_wish)
  sluice_test(unit ${test} session_core SOURCES lib/session_scene.c
    lib/session_customer.c lib/session_unicast.c lib/hex.c)
  target_compile_definitions(${test} PRIVATE
    SESSION_PROGRAM="$<TARGET_FILE:sluice-session>")
  add_dependencies(${test} sluice-session)
endforeach()
