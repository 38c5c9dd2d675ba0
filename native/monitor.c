/*
 * ridealong-monitor CONTROL STATUS MODE [OPTION…] -- COMMAND [ARG…]
 *
 * Stands between the wrapper and the child, as the child's parent, for what
 * only a parent or a member of the child's session can do:
 *
 *  - start the command exactly as a shell would and tell why it could not;
 *  - see it stop, continue and end (Node's child processes tell only the end);
 *  - in a terminal, keep its process group from being orphaned, so that Ctrl-Z
 *    stops it, and put it in the foreground;
 *  - tell a signal sent to the whole process group (Ctrl-C), which the child
 *    has got already, from one sent to the wrapper alone, which it has not;
 *  - end the child when the wrapper was killed.
 *
 * CONTROL  descriptor to read from: byte 0 starts the command, byte N delivers
 *          signal N to it. Its end means that the wrapper is gone or is done.
 * STATUS   descriptor to write to, one line each: `started PID`,
 *          `unstartable ERRNO`, `stopped SIGNAL`, `exited CODE`, `killed SIGNAL`.
 * MODE     `terminal`: our standard streams are the child's own terminal;
 *          `pipe`: we share the wrapper's process group.
 * OPTION   `set=NAME=VALUE`, `unset=NAME`: mend the child's environment;
 *          `stderr=FD`: the child's standard error.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

enum { GRACE_SECONDS = 5, GROUP_SIGNAL_WINDOW_MS = 100 };

static const int shared_signals[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGTSTP, SIGCONT, SIGTTIN, SIGTTOU, SIGPIPE};

static volatile sig_atomic_t child_changed;
/* When a signal last came to the process group as a whole, in ms of the monotonic clock; 0 is never. */
static volatile long long group_signal_at[NSIG];

static int control_fd, status_fd, in_terminal;
/* Where the child's standard error is to lead, unless to ours: -1. */
static int stderr_fd = -1;
static pid_t child;
static int child_ended;

static long long now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void on_signal(int signal_number) {
  if (signal_number == SIGCHLD)
    child_changed = 1;
  else
    group_signal_at[signal_number] = now_ms();
}

static void tell(const char *what, int number) {
  char line[64];
  int length = snprintf(line, sizeof line, "%s %d\n", what, number);
  /* The wrapper may be gone; the end of CONTROL will say so. */
  if (write(status_fd, line, (size_t)length) < 0) return;
}

static void handle_signals(sigset_t *unblocked) {
  struct sigaction action = {.sa_handler = on_signal};
  sigset_t blocked;
  sigemptyset(&action.sa_mask);
  sigprocmask(SIG_SETMASK, NULL, unblocked);
  blocked = *unblocked;
  sigaddset(&blocked, SIGCHLD);
  sigaction(SIGCHLD, &action, NULL);
  for (size_t i = 0; i < sizeof shared_signals / sizeof *shared_signals; i++) {
    sigaddset(&blocked, shared_signals[i]);
    sigaction(shared_signals[i], &action, NULL);
  }
  /* Handlers run inside pselect() only. */
  sigprocmask(SIG_SETMASK, &blocked, NULL);
}

static void reset_signals(const sigset_t *mask) {
  signal(SIGCHLD, SIG_DFL);
  for (size_t i = 0; i < sizeof shared_signals / sizeof *shared_signals; i++) signal(shared_signals[i], SIG_DFL);
  sigprocmask(SIG_SETMASK, mask, NULL);
}

/* Makes the process group the terminal's foreground. SIGTTOU is blocked here, so that a background caller may. */
static void to_foreground(pid_t group) { tcsetpgrp(STDIN_FILENO, group); }

static void apply_option(const char *option) {
  if (strncmp(option, "set=", 4) == 0)
    putenv((char *)option + 4);
  else if (strncmp(option, "unset=", 6) == 0)
    unsetenv(option + 6);
}

/* Starts the command; returns 0, or the errno of what kept it from starting. */
static int start(char **options, char **command, const sigset_t *mask) {
  int report[2], error = 0;
  if (pipe(report) != 0) return errno;
  fcntl(report[0], F_SETFD, FD_CLOEXEC);
  fcntl(report[1], F_SETFD, FD_CLOEXEC);
  child = fork();
  if (child < 0) return errno;
  if (child == 0) {
    if (in_terminal) {
      setpgid(0, 0);
      to_foreground(getpid());
    }
    if (stderr_fd >= 0) dup2(stderr_fd, STDERR_FILENO);
#ifdef __linux__
    /* Should this monitor be killed as well, nobody would be left to end the child. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    reset_signals(mask);
    for (; options != command - 1; options++) apply_option(*options);
    execvp(command[0], command);
    error = errno;
    if (write(report[1], &error, sizeof error) < 0) _exit(126);
    _exit(127);
  }
  if (in_terminal) setpgid(child, child);
  close(report[1]);
  while (read(report[0], &error, sizeof error) < 0 && errno == EINTR) continue;
  close(report[0]);
  return error;
}

/* Whom a signal is for: the job as a shell sees it, or the process alone. */
static pid_t target_of(int signal_number) { return in_terminal && signal_number == SIGCONT ? -child : child; }

static int came_to_group(int signal_number) {
  sigset_t pending;
  sigpending(&pending);
  if (sigismember(&pending, signal_number)) return 1;
  return group_signal_at[signal_number] != 0 && now_ms() - group_signal_at[signal_number] < GROUP_SIGNAL_WINDOW_MS;
}

static void deliver(int signal_number) {
  if (child_ended || signal_number <= 0 || signal_number >= NSIG) return;
  if (!in_terminal && came_to_group(signal_number)) return;
  kill(target_of(signal_number), signal_number);
}

static void note_changes(void) {
  int status;
  child_changed = 0;
  while (!child_ended && waitpid(child, &status, WNOHANG | WUNTRACED) == child) {
    if (WIFSTOPPED(status)) {
      tell("stopped", WSTOPSIG(status));
    } else {
      child_ended = 1;
      if (WIFSIGNALED(status))
        tell("killed", WTERMSIG(status));
      else
        tell("exited", WEXITSTATUS(status));
    }
  }
}

/* Waits for a byte on CONTROL, a signal, or the time to pass (NULL: for ever); true when CONTROL can be read. */
static int wait_for_control(const struct timespec *time, const sigset_t *unblocked) {
  fd_set readable;
  FD_ZERO(&readable);
  FD_SET(control_fd, &readable);
  return pselect(control_fd + 1, &readable, NULL, NULL, time, unblocked) > 0;
}

/* Reads what CONTROL has; false at its end. */
static int obey(void) {
  unsigned char orders[64];
  ssize_t count = read(control_fd, orders, sizeof orders);
  if (count < 0) return errno == EINTR || errno == EAGAIN;
  for (ssize_t i = 0; i < count; i++) deliver(orders[i]);
  return count > 0;
}

/* The wrapper was killed: ask the child to end, then end it. */
static void end_child(const sigset_t *unblocked) {
  pid_t target = in_terminal ? -child : child;
  long long deadline = now_ms() + GRACE_SECONDS * 1000;
  kill(target, in_terminal ? SIGHUP : SIGTERM);
  kill(target, SIGCONT);
  while (!child_ended && now_ms() < deadline) {
    struct timespec time = {0, 100 * 1000 * 1000};
    pselect(0, NULL, NULL, NULL, &time, unblocked);
    note_changes();
  }
  if (!child_ended) kill(target, SIGKILL);
}

static void let_go_of_streams(void) {
  int null_fd = open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 3; fd++) dup2(null_fd, fd);
  if (null_fd > 2) close(null_fd);
}

int main(int count, char **arguments) {
  sigset_t unblocked;
  char **command = arguments + 4;
  unsigned char go;
  if (count < 6) return 64;
  control_fd = atoi(arguments[1]);
  status_fd = atoi(arguments[2]);
  in_terminal = strcmp(arguments[3], "terminal") == 0;
  for (; command < arguments + count && strcmp(*command, "--") != 0; command++)
    if (strncmp(*command, "stderr=", 7) == 0) stderr_fd = atoi(*command + 7);
  command++;
  if (command >= arguments + count) return 64;
  fcntl(control_fd, F_SETFD, FD_CLOEXEC);
  fcntl(status_fd, F_SETFD, FD_CLOEXEC);
  if (stderr_fd >= 0) fcntl(stderr_fd, F_SETFD, FD_CLOEXEC);

  handle_signals(&unblocked);
  if (read(control_fd, &go, 1) != 1) return 0;
  int error = start(arguments + 4, command, &unblocked);
  if (!in_terminal) let_go_of_streams();
  if (stderr_fd >= 0) close(stderr_fd);
  if (error != 0) {
    child_ended = 1;
    tell("unstartable", error);
  } else {
    tell("started", (int)child);
  }
  for (int open = 1; open;) {
    if (wait_for_control(NULL, &unblocked)) open = obey();
    if (child_changed) note_changes();
  }
  if (!child_ended) end_child(&unblocked);
  /* What is left of the child's group is not hung up with the terminal. */
  if (in_terminal) to_foreground(getpgrp());
  return 0;
}
