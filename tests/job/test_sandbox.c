/* job/sandbox: what is behind it can do nothing but its work. Built without sanitizers, which would
 * do what it forbids. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "job/sandbox.h"

enum { FINE = 0, REFUSED = 10, NO_SANDBOX = 99 };

static const struct sandbox usual = {.memory = 256 << 20, .file_size = 1 << 20, .cpu_s = 1};

/* A child behind the sandbox does `deed`: its status as waitpid() says. */
static int child(const struct sandbox *s, int (*deed)(void))
{
    int status;
    pid_t pid = fork();
    if (pid == 0)
        _exit(sandbox_enter(s) ? deed() : NO_SANDBOX);
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void assert_exits(const struct sandbox *s, int (*deed)(void), int code)
{
    int status = child(s, deed);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), code);
}

static void assert_dies(const struct sandbox *s, int (*deed)(void), int signal)
{
    int status = child(s, deed);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), signal);
}

static int is_refused(bool failed)
{
    return failed && errno == EACCES ? REFUSED : 1;
}

/* --- files --- */

static int reads_a_file(void)
{
    return is_refused(open("/etc/passwd", O_RDONLY) < 0);
}

static int writes_a_file(void)
{
    return is_refused(open("/tmp/guildhall-test-sandbox", O_WRONLY | O_CREAT, 0600) < 0);
}

static int looks_for_a_file(void)
{
    struct stat st;
    return is_refused(stat("/etc/passwd", &st) < 0);
}

static int removes_a_file(void)
{
    return is_refused(unlink("/tmp/guildhall-test-sandbox") < 0);
}

static int makes_a_file_in_memory(void)
{
    return is_refused(memfd_create("x", 0) < 0);
}

static void no_file_is_opened(void **state)
{
    (void)state;
    int (*const deeds[])(void) = {reads_a_file, writes_a_file, looks_for_a_file, removes_a_file,
                                  makes_a_file_in_memory};
    for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++)
        assert_exits(&usual, deeds[i], REFUSED);
}

/* --- others --- */

static int opens_a_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) < 0;
}

static int opens_a_pair(void)
{
    int pair[2];
    return socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
}

static int runs_a_program(void)
{
    execl("/bin/true", "true", (char *)NULL);
    return 1;
}

static pid_t parent;

static int kills_its_parent(void)
{
    return kill(parent, 0);
}

static int kills_its_parents_thread(void)
{
    return (int)syscall(SYS_tgkill, parent, parent, 0);
}

static int forks(void)
{
    return (int)fork();
}

static int traces(void)
{
    return (int)ptrace(PTRACE_TRACEME, 0, 0, 0);
}

static void sockets_processes_and_others_kill_it(void **state)
{
    (void)state;
    int (*const deeds[])(void) = {
        opens_a_socket,           opens_a_pair, runs_a_program, kills_its_parent,
        kills_its_parents_thread, forks,        traces};
    struct sandbox with_threads = usual;
    with_threads.threads = true;
    parent = getpid();
    for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
        assert_dies(&usual, deeds[i], SIGSYS);
        assert_dies(&with_threads, deeds[i], SIGSYS);
    }
}

static int aborts(void)
{
    abort();
}

static void it_may_end_itself(void **state)
{
    (void)state;
    assert_dies(&usual, aborts, SIGABRT);
}

/* --- threads --- */

static void *nothing(void *arg)
{
    return arg;
}

static int starts_a_thread(void)
{
    pthread_t t;
    int failed = pthread_create(&t, NULL, nothing, NULL);
    return failed ? REFUSED : pthread_join(t, NULL);
}

/* A library's own, from before there was a sandbox. */
static void *waits_and_opens_a_socket(void *go)
{
    char c;
    if (read(*(int *)go, &c, 1) == 1)
        opens_a_socket();
    return NULL;
}

static int go[2];

static int sends_it_off(void)
{
    char c = 0;
    return write(go[1], &c, 1) == 1 && pause() ? 1 : 2;
}

static void those_that_run_already_are_caged_too(void **state)
{
    (void)state;
    struct sandbox with_threads = usual;
    int status;
    with_threads.threads = true;
    pid_t pid = fork();
    if (pid == 0) {
        pthread_t t;
        bool ready =
            pipe(go) == 0 && pthread_create(&t, NULL, waits_and_opens_a_socket, &go[0]) == 0;
        _exit(ready && sandbox_enter(&with_threads) ? sends_it_off() : NO_SANDBOX);
    }
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGSYS);
}

static void threads_only_where_they_are_needed(void **state)
{
    (void)state;
    struct sandbox with_threads = usual;
    with_threads.threads = true;
    assert_exits(&with_threads, starts_a_thread, FINE);
    assert_dies(&usual, starts_a_thread, SIGSYS);
}

/* --- memory, time, size --- */

static int makes_code(void)
{
    void *p =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return is_refused(p == MAP_FAILED);
}

static int turns_data_into_code(void)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? 1 : is_refused(mprotect(p, 4096, PROT_READ | PROT_EXEC) < 0);
}

static int takes_much_memory(void)
{
    void *volatile p = malloc((size_t)300 << 20);
    return p ? 1 : REFUSED;
}

static int computes_for_ever(void)
{
    volatile unsigned i = 0;
    while (i < 2)
        i ^= 1;
    return FINE;
}

static char file[] = "/tmp/guildhall-test-sandbox-XXXXXX";
static int fd;

static int floods(void)
{
    char page[4096] = {0};
    for (int i = 0; i < 257; i++)
        if (write(fd, page, sizeof(page)) < 0)
            return 1;
    return FINE;
}

static int works(void)
{
    char page[4096] = {0};
    void *volatile p = malloc(1 << 20);
    bool ok = p && write(fd, page, sizeof(page)) > 0 && pread(fd, page, 10, 0) == 10;
    struct stat st;
    return ok && fstat(fd, &st) == 0 && st.st_size > 0 ? FINE : 1;
}

static void limits_hold(void **state)
{
    (void)state;
    fd = mkstemp(file);
    unlink(file);
    assert_exits(&usual, works, FINE);
    assert_exits(&usual, makes_code, REFUSED);
    assert_exits(&usual, turns_data_into_code, REFUSED);
    assert_exits(&usual, takes_much_memory, REFUSED);
    assert_dies(&usual, computes_for_ever, SIGXCPU);
    assert_dies(&usual, floods, SIGXFSZ);
    close(fd);
}

enum { NOBODY = 65534 };

/* The same for who is not root: no capability is needed. */
static void for_another_user_too(void **state)
{
    (void)state;
    int status;
    if (getuid() != 0)
        skip();
    fd = memfd_create("x", 0);
    pid_t pid = fork();
    if (pid == 0)
        _exit(setgid(NOBODY) == 0 && setuid(NOBODY) == 0 && sandbox_enter(&usual) ? works()
                                                                                  : NO_SANDBOX);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), FINE);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_file_is_opened),
        cmocka_unit_test(sockets_processes_and_others_kill_it),
        cmocka_unit_test(it_may_end_itself),
        cmocka_unit_test(threads_only_where_they_are_needed),
        cmocka_unit_test(those_that_run_already_are_caged_too),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(for_another_user_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
