# SPDX-License-Identifier: BSD-2-Clause
sluice_test(unit test_rib guard_core)
