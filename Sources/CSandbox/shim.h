// Landlock has no functions in the C library; what Debian 12's header lacks (it stops at ABI 2) stands here with the kernel's numbers.
#pragma once
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
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

// Macros with casts.
static inline unsigned int cr_action_allow(void) { return SCMP_ACT_ALLOW; }
static inline unsigned int cr_action_errno(int code) { return SCMP_ACT_ERRNO((unsigned)code); }

// Swaps two names at once, or fails where the file system cannot (EINVAL).
static inline int cr_exchange(const char *one, const char *other) {
  return (int)syscall(SYS_renameat2, AT_FDCWD, one, AT_FDCWD, other, 2u);
}

typedef struct {
  int (*work)(void *context);
  void *context;
  pid_t process;
  int error;
} cr_fork_order;

static inline void *cr_fork_here(void *pointer) {
  cr_fork_order *order = pointer;
  order->process = fork();
  order->error = errno;
  if (order->process == 0) _exit(order->work(order->context));
  return NULL;
}

// Forks a process that does `work` and exits with what that returns. Returns its number, or -1 with errno. For programs without
// other threads.
//
// A process begins with a copy of the thread that forked it, and Swift keeps a thread's number in the thread: its locks, those around all
// that is made once among them, would be taken in the name of the parent's thread, and whoever had to wait for one would
// wait for ever. So a new thread forks, in which Swift has not run, with a stack as large as a main thread's.
static inline pid_t cr_fork(int (*work)(void *context), void *context) {
  cr_fork_order order = {.work = work, .context = context, .process = -1};
  pthread_t thread;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 8u << 20);
  int code = pthread_create(&thread, &attributes, cr_fork_here, &order);
  pthread_attr_destroy(&attributes);
  if (code == 0) pthread_join(thread, NULL);
  errno = code ? code : order.error;
  return order.process;
}

// Swift does not know the macros of control messages, which follow.

// Overwrites the words of the program's command with two others, as far as there is room: they stand in memory one after the other.
static inline void cr_set_title(char **words, int count, const char *first, const char *second) {
  static size_t room;
  for (int index = 0; room == 0 && index < count; index++) {
    char *end = words[index] + strlen(words[index]) + 1;
    if (index + 1 == count || words[index + 1] != end) room = (size_t)(end - words[0]);
  }
  size_t used = strlen(first) + 1;
  memset(words[0], 0, room);
  strncpy(words[0], first, room - 1);
  if (used < room) strncpy(words[0] + used, second, room - 1 - used);
}

// A descriptor that is readable while a child has ended and nobody has taken the signal; SIGCHLD is blocked from here on.
static inline int cr_endings(void) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGCHLD);
  sigprocmask(SIG_BLOCK, &signals, NULL);
  return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

// Takes the signals that have come.
static inline void cr_take_endings(int descriptor) {
  struct signalfd_siginfo information;
  while (read(descriptor, &information, sizeof information) > 0) {}
}

#define CR_MOST_DESCRIPTORS 8

// Sends a byte and `count` descriptors; 0, or -1 with errno. Never raises SIGPIPE.
static inline int cr_send_descriptors(int socket, const int *descriptors, int count) {
  char byte = 0, space[CMSG_SPACE(sizeof(int) * CR_MOST_DESCRIPTORS)];
  struct iovec part = {&byte, 1};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = space,
                           .msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)count)};
  memset(space, 0, sizeof space);
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)count);
  memcpy(CMSG_DATA(header), descriptors, sizeof(int) * (size_t)count);
  return sendmsg(socket, &message, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

// Receives what cr_send_descriptors sent: how many descriptors came, 0 at the end, -1 with errno.
static inline int cr_receive_descriptors(int socket, int *descriptors) {
  char byte, space[CMSG_SPACE(sizeof(int) * CR_MOST_DESCRIPTORS)];
  struct iovec part = {&byte, 1};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = space, .msg_controllen = sizeof space};
  long got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  if (got <= 0) return (int)got;
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  if (!header || header->cmsg_type != SCM_RIGHTS) return 0;
  int count = (int)((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
  memcpy(descriptors, CMSG_DATA(header), sizeof(int) * (size_t)count);
  return count;
}
