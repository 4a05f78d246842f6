// Landlock has no functions in the C library; what Debian 12's header lacks (it stops at ABI 2) stands here with the kernel's numbers.
#pragma once
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// The C library hides these two behind _GNU_SOURCE.
#define CR_OPEN_PATH 010000000
#define CR_CLONE_THREAD 0x00010000

// Rights over files, by the ABI that brought them: 3 truncate, 5 ioctl on devices.
#define CR_FS_TRUNCATE (1ULL << 14)
#define CR_FS_IOCTL_DEV (1ULL << 15)
// ABI 4: TCP bind and connect. ABI 6: abstract sockets and signals to processes outside.
#define CR_NET_ALL 3ULL
#define CR_SCOPE_ALL 3ULL

// As struct landlock_ruleset_attr since ABI 6; older kernels take its beginning.
struct cr_ruleset {
  unsigned long long files;
  unsigned long long network;
  unsigned long long scope;
};

// The kernel's ABI, or −1 where Landlock is absent or turned off.
static inline int cr_landlock_abi(void) {
  return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

static inline int cr_landlock_create(const struct cr_ruleset *ruleset, unsigned long size) {
  return (int)syscall(SYS_landlock_create_ruleset, ruleset, size, 0);
}

static inline int cr_landlock_allow(int ruleset, int descriptor, unsigned long long rights) {
  struct landlock_path_beneath_attr rule = {.allowed_access = rights, .parent_fd = descriptor};
  return (int)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

static inline int cr_landlock_enforce(int ruleset) { return (int)syscall(SYS_landlock_restrict_self, ruleset, 0); }

// prctl is variadic.
static inline int cr_no_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }
static inline int cr_die_with_parent(int signal) { return prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0); }

// Macros with casts.
static inline unsigned int cr_action_allow(void) { return SCMP_ACT_ALLOW; }
static inline unsigned int cr_action_errno(int code) { return SCMP_ACT_ERRNO((unsigned)code); }

// Swaps two names at once, or fails where the file system cannot (EINVAL).
static inline int cr_exchange(const char *one, const char *other) {
  return (int)syscall(SYS_renameat2, AT_FDCWD, one, AT_FDCWD, other, 2u);
}
