# Who may connect, and whose connection it is.
sluice_test(unit test_source_filter supervisor)
sluice_test(unit test_ranges supervisor)
sluice_test(unit test_listeners supervisor)
