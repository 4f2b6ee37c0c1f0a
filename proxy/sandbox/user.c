/* SPDX-License-Identifier: BSD-2-Clause */
/* Users and capabilities, by the kernel's own calls. */
#include "proxy/sandbox/user.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "proxy/sandbox/sandbox.h"

#define BIT(cap) (UINT64_C(1) << (cap))

#define ALL_IDS (BIT(CAP_SETUID) | BIT(CAP_SETGID) | BIT(CAP_SETPCAP))
#define ALL_FILES                                                              \
	(BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_DAC_READ_SEARCH) |   \
	    BIT(CAP_FOWNER))

/* Until user_enter(): to change users, and to bind or take over what is the
 * role's. */
static const uint64_t staged[ROLE_COUNT] = {
	/* The roles are started with what it has. Its own: low ports, files
	 * with keys, the control socket, to end roles; and, where it is given
	 * that, a filter on the listeners, for which newer kernels ask. */
	[ROLE_SUPERVISOR] = ALL_IDS | ALL_FILES | BIT(CAP_KILL) |
			    BIT(CAP_NET_BIND_SERVICE) | BIT(CAP_NET_ADMIN),
	[ROLE_SESSION] = ALL_IDS,
	[ROLE_GUARD] = ALL_IDS,
	[ROLE_STORE] = ALL_IDS | ALL_FILES,
	[ROLE_CONTROL] = ALL_IDS | ALL_FILES,
	[ROLE_LOADER] = ALL_IDS | BIT(CAP_DAC_READ_SEARCH),
	[ROLE_RPKI] = ALL_IDS,
	[ROLE_HTTP] = ALL_IDS | BIT(CAP_NET_BIND_SERVICE),
	[ROLE_SIGNER] = ALL_IDS | ALL_FILES,
	[ROLE_WITNESS] = ALL_IDS | BIT(CAP_NET_BIND_SERVICE),
};

/* Behind it. The configuration, and what it names, may be anywhere. */
static const uint64_t kept[ROLE_COUNT] = {
	[ROLE_LOADER] = BIT(CAP_DAC_READ_SEARCH),
};

/* ---- capabilities ---- */

struct caps {
	uint64_t effective;
	uint64_t permitted;
	uint64_t inheritable;
};

static int
caps_get(struct caps *caps)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = { 0 };

	if (syscall(SYS_capget, &head, data) < 0)
		return -errno;
	caps->effective = (uint64_t)data[1].effective << 32 | data[0].effective;
	caps->permitted = (uint64_t)data[1].permitted << 32 | data[0].permitted;
	caps->inheritable =
	    (uint64_t)data[1].inheritable << 32 | data[0].inheritable;
	return 0;
}

static int
caps_set(const struct caps *caps)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	const struct __user_cap_data_struct data[2] = {
		{ (uint32_t)caps->effective, (uint32_t)caps->permitted,
		    (uint32_t)caps->inheritable },
		{ (uint32_t)(caps->effective >> 32),
		    (uint32_t)(caps->permitted >> 32),
		    (uint32_t)(caps->inheritable >> 32) },
	};

	return syscall(SYS_capset, &head, data) < 0 ? -errno : 0;
}

/* No program that we start gets another one than these. EINVAL: the kernel
 * knows no further ones. */
static int
bounding_drop(uint64_t keep)
{
	for (unsigned cap = 0; cap < 64; cap++) {
		if ((keep & BIT(cap)) != 0)
			continue;
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
			return errno == EINVAL ? 0 : -errno;
	}
	return 0;
}

/* What a program gets that is started by who is not root. */
static int
ambient_set(uint64_t keep)
{
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		return -errno;
	for (unsigned cap = 0; cap < 64; cap++) {
		if ((keep & BIT(cap)) != 0 &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) < 0)
			return -errno;
	}
	return 0;
}

int
user_begin(enum role role)
{
	struct caps caps = { 0 };
	uint64_t ambient = 0;
	int err;

	if (role <= ROLE_NONE || role >= ROLE_COUNT)
		return -EINVAL;
	err = caps_get(&caps);
	if (err < 0)
		return err;
	if ((caps.effective & BIT(CAP_SETPCAP)) != 0) {
		err = bounding_drop(staged[role]);
		if (err < 0)
			return err;
	}
	/* EPERM: a user namespace in which that is denied. */
	if ((caps.effective & BIT(CAP_SETGID)) != 0 && getgroups(0, NULL) > 0 &&
	    setgroups(0, NULL) < 0 && errno != EPERM)
		return -errno;
	caps.permitted &= staged[role];
	caps.effective = caps.permitted;
	/* The supervisor without root hands the low ports on; root's programs
	 * have them by being root's. */
	if (role == ROLE_SUPERVISOR && geteuid() != 0)
		ambient = caps.permitted & BIT(CAP_NET_BIND_SERVICE);
	caps.inheritable = ambient;
	err = caps_set(&caps);
	return err < 0 ? err : ambient_set(ambient);
}

/* ---- users ---- */

uid_t
sandbox_uid(enum role role, uint32_t number)
{
	return role == ROLE_SESSION ? USER_SESSIONS + number
				    : USER_ROLES + (uid_t)role;
}

/* Is there a user, and a group, of this number in our name space? The number
 * that is asked for is not taken where there is none. */
static bool
is_mapped(uid_t id)
{
	bool user, group;
	int before = setfsuid(id);

	user = setfsuid((uid_t)before) == (int)id;
	before = setfsgid(id);
	group = setfsgid((gid_t)before) == (int)id;
	return user && group;
}

bool
user_separate(void)
{
	struct caps caps = { 0 };
	int signo = 0;
	int dumpable = prctl(PR_GET_DUMPABLE);
	bool separate;

	if (geteuid() != 0 || caps_get(&caps) < 0 ||
	    (caps.effective & ALL_IDS) != ALL_IDS)
		return false;
	(void)prctl(PR_GET_PDEATHSIG, &signo);
	separate = is_mapped(sandbox_uid(ROLE_SUPERVISOR, 0)) &&
		   is_mapped(sandbox_uid(ROLE_SESSION, UINT16_MAX));
	/* The kernel forgets both at a change of users. */
	(void)prctl(PR_SET_PDEATHSIG, signo);
	(void)prctl(PR_SET_DUMPABLE, dumpable == 1 ? 1 : 0);
	return separate;
}

/* No user, not even root's, has capabilities by who they are. */
static int
bits_lock(void)
{
	const unsigned long bits =
	    SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
	    SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
	    SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;

	return prctl(PR_SET_SECUREBITS, bits, 0, 0, 0) < 0 ? -errno : 0;
}

static int
user_become(uid_t id)
{
	if (setresgid(id, id, id) < 0 || setresuid(id, id, id) < 0)
		return -errno;
	return 0;
}

int
user_enter(enum role role, uint32_t number, bool *own)
{
	struct caps caps = { 0 };
	int signo = 0;
	int err;

	*own = false;
	if (role <= ROLE_NONE || role >= ROLE_COUNT ||
	    number > UINT32_MAX / 2 - USER_SESSIONS)
		return -EINVAL;
	err = caps_get(&caps);
	if (err < 0)
		return err;
	*own = user_separate();
	(void)prctl(PR_GET_PDEATHSIG, &signo);
	if ((caps.effective & BIT(CAP_SETPCAP)) != 0) {
		err = bounding_drop(0);
		if (err == 0)
			err = bits_lock();
	}
	if (err == 0 && *own)
		err = user_become(sandbox_uid(role, number));
	caps.permitted &= kept[role];
	caps.effective = caps.permitted;
	caps.inheritable = 0;
	if (err == 0)
		err = ambient_set(0);
	if (err == 0)
		err = caps_set(&caps);
	(void)prctl(PR_SET_PDEATHSIG, signo);
	(void)prctl(PR_SET_DUMPABLE, 0);
	return err;
}
