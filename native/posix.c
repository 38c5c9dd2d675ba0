/*
 * The few POSIX calls that a faithful wrapper needs and Node.js does not offer.
 *
 * Each function throws an Error with the call's name and strerror() on failure;
 * `src/child/posix.ts` gives them their types.
 */
#define NAPI_VERSION 8
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <node_api.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>
#ifdef __APPLE__
#include <util.h>
#else
#include <pty.h>
#include <sys/syscall.h>
#endif
#ifdef __GLIBC__
#include <malloc.h>
#endif

static napi_value failed(napi_env env, const char *call) {
  char message[256];
  snprintf(message, sizeof message, "%s: %s", call, strerror(errno));
  napi_throw_error(env, NULL, message);
  return NULL;
}

/* Reads `count` arguments; false, with an exception pending, when there are fewer. */
static int arguments(napi_env env, napi_callback_info info, size_t count, napi_value *values) {
  size_t given = count;
  napi_get_cb_info(env, info, &given, values, NULL, NULL);
  if (given >= count) return 1;
  napi_throw_type_error(env, NULL, "too few arguments");
  return 0;
}

static int number(napi_env env, napi_value value) {
  int32_t result = -1;
  napi_get_value_int32(env, value, &result);
  return result;
}

static napi_value pair(napi_env env, int first, int second) {
  napi_value array, value;
  napi_create_array_with_length(env, 2, &array);
  napi_create_int32(env, first, &value);
  napi_set_element(env, array, 0, value);
  napi_create_int32(env, second, &value);
  napi_set_element(env, array, 1, value);
  return array;
}

static void close_on_exec(int fd) { fcntl(fd, F_SETFD, FD_CLOEXEC); }

/* pipe(): [read end, write end] */
static napi_value make_pipe(napi_env env, napi_callback_info info) {
  (void)info;
  int ends[2];
  if (pipe(ends) != 0) return failed(env, "pipe");
  close_on_exec(ends[0]);
  close_on_exec(ends[1]);
  return pair(env, ends[0], ends[1]);
}

/* inherit(fd): the programs we start keep this descriptor, under its number */
static napi_value inherit(napi_env env, napi_callback_info info) {
  napi_value argument;
  if (!arguments(env, info, 1, &argument)) return NULL;
  if (fcntl(number(env, argument), F_SETFD, 0) != 0) return failed(env, "fcntl");
  return NULL;
}

/* Copies an array of strings, ended by NULL; NULL, with or without an exception pending, when it cannot. */
static char **strings(napi_env env, napi_value array) {
  uint32_t count;
  if (napi_get_array_length(env, array, &count) != napi_ok) return NULL;
  char **copies = calloc(count + 1, sizeof *copies);
  for (uint32_t i = 0; copies != NULL && i < count; i++) {
    napi_value item;
    size_t length = 0;
    napi_get_element(env, array, i, &item);
    napi_get_value_string_utf8(env, item, NULL, 0, &length);
    copies[i] = malloc(length + 1);
    if (copies[i] == NULL) break;
    napi_get_value_string_utf8(env, item, copies[i], length + 1, NULL);
  }
  return copies;
}

static void free_strings(char **copies) {
  for (char **each = copies; each != NULL && *each != NULL; each++) free(*each);
  free(copies);
}

/*
 * spawn(path, words, environment, stdout, stderr, kept): starts a program that shares our stdin and working
 * directory, with every signal at its default; it keeps the descriptors in `kept`, under their numbers. Its end is
 * nobody's concern. Node's own child processes cost a copy of this process's page tables, and more to load.
 */
static napi_value spawn_program(napi_env env, napi_callback_info info) {
  napi_value argument[6];
  char path[4096];
  uint32_t count = 0;
  if (!arguments(env, info, 6, argument)) return NULL;
  napi_get_value_string_utf8(env, argument[0], path, sizeof path, NULL);
  char **words = strings(env, argument[1]), **environment = strings(env, argument[2]);
  napi_get_array_length(env, argument[5], &count);

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t signals;
  posix_spawn_file_actions_init(&actions);
  /* To itself: not closed by exec, which Node sees to for all that it was given. */
  posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, number(env, argument[3]), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, number(env, argument[4]), STDERR_FILENO);
  for (uint32_t i = 0; i < count; i++) {
    napi_value item;
    napi_get_element(env, argument[5], i, &item);
    posix_spawn_file_actions_adddup2(&actions, number(env, item), number(env, item));
  }
  posix_spawnattr_init(&attributes);
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  sigfillset(&signals);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);

  pid_t pid;
  errno = words != NULL && environment != NULL ? posix_spawn(&pid, path, &actions, &attributes, words, environment) : ENOMEM;
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  free_strings(words);
  free_strings(environment);
  return errno == 0 ? NULL : failed(env, "posix_spawn");
}

/* randomBytes(count): from the system, at most 256 */
static napi_value random_bytes(napi_env env, napi_callback_info info) {
  napi_value argument, buffer;
  void *data;
  if (!arguments(env, info, 1, &argument)) return NULL;
  size_t count = (size_t)number(env, argument);
  if (napi_create_buffer(env, count, &data, &buffer) != napi_ok) return NULL;
  if (getentropy(data, count) != 0) return failed(env, "getentropy");
  return buffer;
}

/* isTerminal(fd) */
static napi_value is_terminal(napi_env env, napi_callback_info info) {
  napi_value argument, result;
  if (!arguments(env, info, 1, &argument)) return NULL;
  napi_get_boolean(env, isatty(number(env, argument)) == 1, &result);
  return result;
}

/* openTerminal(): [master, slave] of a new pseudo-terminal that controls nobody */
static napi_value open_terminal(napi_env env, napi_callback_info info) {
  (void)info;
  int master, slave;
  if (openpty(&master, &slave, NULL, NULL, NULL) != 0) return failed(env, "openpty");
  close_on_exec(master);
  close_on_exec(slave);
  return pair(env, master, slave);
}

static napi_value termios_value(napi_env env, const struct termios *settings) {
  napi_value buffer;
  napi_create_buffer_copy(env, sizeof *settings, settings, NULL, &buffer);
  return buffer;
}

/* termios(fd): the terminal's settings, as an opaque Buffer */
static napi_value get_termios(napi_env env, napi_callback_info info) {
  napi_value argument;
  struct termios settings;
  if (!arguments(env, info, 1, &argument)) return NULL;
  if (tcgetattr(number(env, argument), &settings) != 0) return failed(env, "tcgetattr");
  return termios_value(env, &settings);
}

/* setTermios(fd, settings) */
static napi_value set_termios(napi_env env, napi_callback_info info) {
  napi_value argument[2];
  void *settings;
  size_t length = 0;
  if (!arguments(env, info, 2, argument)) return NULL;
  napi_get_buffer_info(env, argument[1], &settings, &length);
  if (length != sizeof(struct termios)) {
    napi_throw_type_error(env, NULL, "not the settings of a terminal");
    return NULL;
  }
  if (tcsetattr(number(env, argument[0]), TCSADRAIN, settings) != 0) return failed(env, "tcsetattr");
  return NULL;
}

/*
 * makeRaw(fd): every byte passes as it is, in both directions. Node's own
 * setRawMode leaves the translation of line feeds on, which would change what
 * the child's terminal has translated already.
 */
static napi_value make_raw(napi_env env, napi_callback_info info) {
  napi_value argument;
  struct termios settings;
  if (!arguments(env, info, 1, &argument)) return NULL;
  int fd = number(env, argument);
  if (tcgetattr(fd, &settings) != 0) return failed(env, "tcgetattr");
  cfmakeraw(&settings);
  if (tcsetattr(fd, TCSADRAIN, &settings) != 0) return failed(env, "tcsetattr");
  return NULL;
}

/* passOutput(fd): what is written to this terminal comes out untranslated */
static napi_value pass_output(napi_env env, napi_callback_info info) {
  napi_value argument;
  struct termios settings;
  if (!arguments(env, info, 1, &argument)) return NULL;
  int fd = number(env, argument);
  if (tcgetattr(fd, &settings) != 0) return failed(env, "tcgetattr");
  settings.c_oflag &= ~(tcflag_t)OPOST;
  if (tcsetattr(fd, TCSANOW, &settings) != 0) return failed(env, "tcsetattr");
  return NULL;
}

/* copyWindowSize(from, to): rows, columns and pixels; the new owner gets SIGWINCH when they changed */
static napi_value copy_window_size(napi_env env, napi_callback_info info) {
  napi_value argument[2];
  struct winsize size;
  if (!arguments(env, info, 2, argument)) return NULL;
  if (ioctl(number(env, argument[0]), TIOCGWINSZ, &size) != 0) return failed(env, "TIOCGWINSZ");
  if (ioctl(number(env, argument[1]), TIOCSWINSZ, &size) != 0) return failed(env, "TIOCSWINSZ");
  return NULL;
}

/* windowSize(fd): [columns, rows] */
static napi_value window_size(napi_env env, napi_callback_info info) {
  napi_value argument;
  struct winsize size;
  if (!arguments(env, info, 1, &argument)) return NULL;
  if (ioctl(number(env, argument), TIOCGWINSZ, &size) != 0) return failed(env, "TIOCGWINSZ");
  return pair(env, size.ws_col, size.ws_row);
}

/* isForeground(fd): may we read from this terminal and change its settings without being stopped? */
static napi_value is_foreground(napi_env env, napi_callback_info info) {
  napi_value argument, result;
  if (!arguments(env, info, 1, &argument)) return NULL;
  napi_get_boolean(env, tcgetpgrp(number(env, argument)) == getpgrp(), &result);
  return result;
}

/* Returns if the signal does not kill. A core file of ours would tell nothing. */
static void die_by(int signal_number) {
  sigset_t set;
  struct rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  signal(signal_number, SIG_DFL);
  sigemptyset(&set);
  sigaddset(&set, signal_number);
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
  kill(getpid(), signal_number);
}

/* dieOf(signal): end as the child ended */
static napi_value die_of(napi_env env, napi_callback_info info) {
  napi_value argument;
  if (arguments(env, info, 1, &argument)) die_by(number(env, argument));
  return NULL;
}

static struct {
  long long ms;
  int signal_number, code;
} end_of_time;

static void *wait_for_end(void *unused) {
  struct timespec time = {end_of_time.ms / 1000, end_of_time.ms % 1000 * 1000000};
  while (nanosleep(&time, &time) != 0) continue;
  if (end_of_time.signal_number > 0) die_by(end_of_time.signal_number);
  _exit(end_of_time.code);
  return unused;
}

/* endAfter(ms, signal, code): dieOf(signal), unless that is 0, and exit(code), whatever this thread is doing then */
static napi_value end_after(napi_env env, napi_callback_info info) {
  napi_value argument[3];
  pthread_t thread;
  sigset_t all, before;
  if (!arguments(env, info, 3, argument)) return NULL;
  end_of_time.ms = number(env, argument[0]);
  end_of_time.signal_number = number(env, argument[1]);
  end_of_time.code = number(env, argument[2]);
  /* Signals are for the others. */
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  errno = pthread_create(&thread, NULL, wait_for_end, NULL);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (errno != 0) return failed(env, "pthread_create");
  pthread_detach(thread);
  return NULL;
}

/* exit(code): at once; a worker in the middle of a transaction is not unwound, which SQLite is made for and its binding is not */
static napi_value exit_now(napi_env env, napi_callback_info info) {
  napi_value argument;
  if (!arguments(env, info, 1, &argument)) return NULL;
  _exit(number(env, argument));
}

#ifdef __linux__
/* As sched_setattr(2) wants it; the C library has no name for it. */
struct scheduling {
  uint32_t size, policy;
  uint64_t flags;
  int32_t niceness;
  uint32_t priority;
  /* ns; of a thread like others how long it runs before others have their turn (Linux 6.12), 0 for as long as all do */
  uint64_t slice;
  uint64_t deadline, period;
};

/* A thread gives way by so much more than it does already; one that has its time by other rules than niceness keeps them. */
static void schedule(pid_t thread, int niceness, uint64_t slice) {
  const int most = 19;
  struct scheduling scheduling = {0};
  if (syscall(SYS_sched_getattr, thread, &scheduling, sizeof scheduling, 0) != 0) return;
  if (scheduling.policy != SCHED_OTHER) return;
  scheduling.niceness = scheduling.niceness + niceness < most ? scheduling.niceness + niceness : most;
  scheduling.slice = slice;
  syscall(SYS_sched_setattr, thread, &scheduling, 0);
}
#endif

/*
 * comeFirst(niceness): this thread has the shortest turns there are, and so its turn as soon as it wakes up; the others of
 * this process give way by so much
 */
static napi_value come_first(napi_env env, napi_callback_info info) {
  napi_value argument;
  if (!arguments(env, info, 1, &argument)) return NULL;
#ifdef __linux__
  const uint64_t shortest_slice = 100000;
  pid_t own = (pid_t)syscall(SYS_gettid);
  DIR *threads = opendir("/proc/self/task");
  for (struct dirent *each; threads != NULL && (each = readdir(threads)) != NULL;) {
    pid_t thread = atoi(each->d_name);
    if (thread > 0 && thread != own) schedule(thread, number(env, argument), 0);
  }
  if (threads != NULL) closedir(threads);
  schedule(own, 0, shortest_slice);
#endif
  return NULL;
}

/* giveWay(niceness): what has the priority that this thread had comes before it, by so much */
static napi_value give_way(napi_env env, napi_callback_info info) {
  napi_value argument;
  if (!arguments(env, info, 1, &argument)) return NULL;
#ifdef __linux__
  schedule(0, number(env, argument), 0);
#endif
  return NULL;
}

/* punchHole(fd, offset, length): gives these bytes back to the file system; they read as zeros, and all others stay where they are */
static napi_value punch_hole(napi_env env, napi_callback_info info) {
  napi_value argument[3];
  int64_t offset = 0, length = 0;
  if (!arguments(env, info, 3, argument)) return NULL;
  int fd = number(env, argument[0]);
  napi_get_value_int64(env, argument[1], &offset);
  napi_get_value_int64(env, argument[2], &length);
#ifdef __APPLE__
  struct fpunchhole hole = {.fp_offset = offset, .fp_length = length};
  if (fcntl(fd, F_PUNCHHOLE, &hole) != 0) return failed(env, "F_PUNCHHOLE");
#else
  if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length) != 0) return failed(env, "fallocate");
#endif
  return NULL;
}

static napi_value put_now(napi_env env, napi_callback_info info, ssize_t (*put)(int, const void *, size_t)) {
  napi_value argument[2], result;
  void *bytes;
  size_t length = 0;
  ssize_t count;
  if (!arguments(env, info, 2, argument)) return NULL;
  napi_get_typedarray_info(env, argument[1], NULL, &length, &bytes, NULL, NULL);
  do count = put(number(env, argument[0]), bytes, length);
  while (count < 0 && errno == EINTR);
  napi_create_int32(env, count < 0 ? 0 : (int32_t)count, &result);
  return result;
}

/* writeNow(fd, bytes): how many of them a descriptor that does not block takes; none when it is full, or broken */
static napi_value write_now(napi_env env, napi_callback_info info) { return put_now(env, info, write); }

static ssize_t send_without_waiting(int fd, const void *bytes, size_t length) {
  return send(fd, bytes, length, MSG_DONTWAIT);
}

/* sendNow(fd, bytes): the same of a socket, whether it blocks or not */
static napi_value send_now(napi_env env, napi_callback_info info) { return put_now(env, info, send_without_waiting); }

/* A descriptor that is watched on this thread's event loop. */
struct watch {
  uv_poll_t poll;
  napi_env env;
  napi_ref on_readable;
  napi_async_context context;
};

static void on_poll(uv_poll_t *poll, int status, int events) {
  struct watch *watch = poll->data;
  napi_env env = watch->env;
  napi_handle_scope scope;
  napi_value global, on_readable, error;
  (void)events;
  /* Whatever is wrong with it, reading tells. */
  (void)status;
  napi_open_handle_scope(env, &scope);
  napi_get_global(env, &global);
  napi_get_reference_value(env, watch->on_readable, &on_readable);
  if (napi_make_callback(env, watch->context, global, on_readable, 0, NULL, NULL) == napi_pending_exception) {
    napi_get_and_clear_last_exception(env, &error);
    napi_fatal_exception(env, error);
  }
  napi_close_handle_scope(env, scope);
}

static void on_watch_closed(uv_handle_t *handle) { free(handle->data); }

/*
 * watch(fd, onReadable): calls back whenever there is something to read, or the end, until paused. Node's own sockets
 * do more, and take as long to load as the child takes to start.
 */
static napi_value watch_fd(napi_env env, napi_callback_info info) {
  napi_value argument[2], name, result;
  uv_loop_t *loop;
  if (!arguments(env, info, 2, argument)) return NULL;
  struct watch *watch = calloc(1, sizeof *watch);
  if (watch == NULL) return failed(env, "calloc");
  napi_get_uv_event_loop(env, &loop);
  int error = uv_poll_init(loop, &watch->poll, number(env, argument[0]));
  if (error != 0) {
    free(watch);
    errno = -error;
    return failed(env, "watch");
  }
  watch->env = env;
  watch->poll.data = watch;
  napi_create_reference(env, argument[1], 1, &watch->on_readable);
  napi_create_string_utf8(env, "ridealong", NAPI_AUTO_LENGTH, &name);
  napi_async_init(env, NULL, name, &watch->context);
  uv_poll_start(&watch->poll, UV_READABLE, on_poll);
  napi_create_external(env, watch, NULL, NULL, &result);
  return result;
}

static struct watch *watch_of(napi_env env, napi_callback_info info) {
  napi_value argument;
  void *watch = NULL;
  if (arguments(env, info, 1, &argument)) napi_get_value_external(env, argument, &watch);
  return watch;
}

/* pauseWatch(watch) */
static napi_value pause_watch(napi_env env, napi_callback_info info) {
  struct watch *watch = watch_of(env, info);
  if (watch != NULL) uv_poll_stop(&watch->poll);
  return NULL;
}

/* resumeWatch(watch) */
static napi_value resume_watch(napi_env env, napi_callback_info info) {
  struct watch *watch = watch_of(env, info);
  if (watch != NULL) uv_poll_start(&watch->poll, UV_READABLE, on_poll);
  return NULL;
}

/* endWatch(watch): for good; the descriptor may be closed then */
static napi_value end_watch(napi_env env, napi_callback_info info) {
  struct watch *watch = watch_of(env, info);
  if (watch == NULL) return NULL;
  napi_delete_reference(env, watch->on_readable);
  napi_async_destroy(env, watch->context);
  uv_close((uv_handle_t *)&watch->poll, on_watch_closed);
  return NULL;
}

static napi_value init(napi_env env, napi_value exports) {
#ifdef __GLIBC__
  /* A heap for each thread keeps what others could use: with two, a busy wrapper takes 25 MB less and is as fast. */
  mallopt(M_ARENA_MAX, 2);
#endif
  const napi_property_descriptor functions[] = {
      {"pipe", NULL, make_pipe, NULL, NULL, NULL, napi_default, NULL},
      {"inherit", NULL, inherit, NULL, NULL, NULL, napi_default, NULL},
      {"spawn", NULL, spawn_program, NULL, NULL, NULL, napi_default, NULL},
      {"randomBytes", NULL, random_bytes, NULL, NULL, NULL, napi_default, NULL},
      {"isTerminal", NULL, is_terminal, NULL, NULL, NULL, napi_default, NULL},
      {"windowSize", NULL, window_size, NULL, NULL, NULL, napi_default, NULL},
      {"openTerminal", NULL, open_terminal, NULL, NULL, NULL, napi_default, NULL},
      {"termios", NULL, get_termios, NULL, NULL, NULL, napi_default, NULL},
      {"setTermios", NULL, set_termios, NULL, NULL, NULL, napi_default, NULL},
      {"makeRaw", NULL, make_raw, NULL, NULL, NULL, napi_default, NULL},
      {"passOutput", NULL, pass_output, NULL, NULL, NULL, napi_default, NULL},
      {"copyWindowSize", NULL, copy_window_size, NULL, NULL, NULL, napi_default, NULL},
      {"isForeground", NULL, is_foreground, NULL, NULL, NULL, napi_default, NULL},
      {"punchHole", NULL, punch_hole, NULL, NULL, NULL, napi_default, NULL},
      {"writeNow", NULL, write_now, NULL, NULL, NULL, napi_default, NULL},
      {"sendNow", NULL, send_now, NULL, NULL, NULL, napi_default, NULL},
      {"comeFirst", NULL, come_first, NULL, NULL, NULL, napi_default, NULL},
      {"giveWay", NULL, give_way, NULL, NULL, NULL, napi_default, NULL},
      {"watch", NULL, watch_fd, NULL, NULL, NULL, napi_default, NULL},
      {"pauseWatch", NULL, pause_watch, NULL, NULL, NULL, napi_default, NULL},
      {"resumeWatch", NULL, resume_watch, NULL, NULL, NULL, napi_default, NULL},
      {"endWatch", NULL, end_watch, NULL, NULL, NULL, napi_default, NULL},
      {"exit", NULL, exit_now, NULL, NULL, NULL, napi_default, NULL},
      {"endAfter", NULL, end_after, NULL, NULL, NULL, napi_default, NULL},
      {"dieOf", NULL, die_of, NULL, NULL, NULL, napi_default, NULL},
  };
  napi_define_properties(env, exports, sizeof functions / sizeof *functions, functions);
  return exports;
}

NAPI_MODULE(NODE_GYP_MODULE_NAME, init)
