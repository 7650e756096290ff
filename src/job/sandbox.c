#include "job/sandbox.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

enum { DESCRIPTORS = 16 };

static bool limit(int what, const char *name, rlim_t most)
{
    /* Of processor seconds the first limit says what it was (SIGXCPU), the second only kills. */
    struct rlimit l = {most, what == RLIMIT_CPU ? most + 1 : most};
    if (setrlimit(what, &l) == 0)
        return true;
    perror(name);
    return false;
}

static bool set_limits(const struct sandbox *s)
{
    /* Threads count as processes, and those of all of the user's programs: where they are needed
     * the filter alone keeps processes away. */
    return limit(RLIMIT_AS, "RLIMIT_AS", s->memory) && limit(RLIMIT_CORE, "RLIMIT_CORE", 0) &&
           limit(RLIMIT_CPU, "RLIMIT_CPU", (rlim_t)s->cpu_s) &&
           limit(RLIMIT_FSIZE, "RLIMIT_FSIZE", s->file_size) &&
           limit(RLIMIT_NOFILE, "RLIMIT_NOFILE", DESCRIPTORS) &&
           (s->threads || limit(RLIMIT_NPROC, "RLIMIT_NPROC", 0));
}

/* What decoders and an allocator use. mmap and mprotect come below, with their conditions. */
static const int allowed[] = {
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(pread64),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(pwrite64),
    SCMP_SYS(lseek),
    SCMP_SYS(fstat),
    SCMP_SYS(close),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(brk),
    SCMP_SYS(futex),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),
    SCMP_SYS(sched_yield),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(getrandom),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(getrusage),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(ppoll),
    SCMP_SYS(poll),
    SCMP_SYS(ftruncate),
    SCMP_SYS(sysinfo),
};

/* What libraries try and can do without. */
static const int refused[] = {
    SCMP_SYS(open),
    SCMP_SYS(openat),
    SCMP_SYS(openat2),
    SCMP_SYS(access),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    SCMP_SYS(stat),
    SCMP_SYS(lstat),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(getcwd),
    SCMP_SYS(unlink),
    SCMP_SYS(unlinkat),
    SCMP_SYS(mkdir),
    SCMP_SYS(mkdirat),
    SCMP_SYS(prctl),
    SCMP_SYS(ioctl),
    SCMP_SYS(fcntl),
    SCMP_SYS(prlimit64),
    SCMP_SYS(statx),
    SCMP_SYS(memfd_create),
    SCMP_SYS(fadvise64),
    SCMP_SYS(sched_setscheduler),
    SCMP_SYS(mlock),
    SCMP_SYS(statfs),
    SCMP_SYS(setpriority),
    SCMP_SYS(uname),
    SCMP_SYS(sched_setaffinity),
    SCMP_SYS(sched_getparam),
    SCMP_SYS(sched_getscheduler),
};

static int rules_of_memory(scmp_filter_ctx f)
{
    int failed = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
                                  SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    if (!failed)
        failed = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
                                  SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    if (!failed) /* code made at run time: the library has another way */
        failed = seccomp_rule_add(f, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(mmap), 1,
                                  SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC));
    if (!failed)
        failed = seccomp_rule_add(f, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(mprotect), 1,
                                  SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC));
    return failed;
}

/* clone3 keeps its flags in memory, where a filter does not see: libc falls back to clone. */
static int rules_of_threads(scmp_filter_ctx f, bool threads)
{
    int failed = seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    if (!failed && threads)
        failed = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                                  SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
    if (!failed && threads) /* names of threads */
        failed = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(set_tid_address), 0);
    return failed;
}

static int make_rules(scmp_filter_ctx f, bool threads)
{
    int failed = 0;
    for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]) && !failed; i++)
        failed = seccomp_rule_add(f, SCMP_ACT_ALLOW, allowed[i], 0);
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]) && !failed; i++)
        failed = seccomp_rule_add(f, SCMP_ACT_ERRNO(EACCES), refused[i], 0);
    /* fstat() of libc is this one, of a descriptor and no name; a name tells no more than whether
     * a file is there. */
    if (!failed)
        failed = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1,
                                  SCMP_A3(SCMP_CMP_EQ, 0x1000 /* AT_EMPTY_PATH */));
    if (!failed)
        failed = seccomp_rule_add(f, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(newfstatat), 1,
                                  SCMP_A3(SCMP_CMP_NE, 0x1000));
    if (!failed) /* abort() */
        failed = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                                  SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
    if (!failed)
        failed = rules_of_memory(f);
    return failed ? failed : rules_of_threads(f, threads);
}

static bool load_filter(bool threads)
{
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (!f)
        return false;
    /* Of threads that libraries have started already, too. */
    int failed = seccomp_attr_set(f, SCMP_FLTATR_CTL_TSYNC, 1);
    if (!failed)
        failed = make_rules(f, threads);
    if (!failed)
        failed = seccomp_load(f);
    seccomp_release(f);
    if (failed)
        fprintf(stderr, "seccomp: error %d\n", -failed);
    return !failed;
}

bool sandbox_enter(const struct sandbox *s)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
        perror("prctl");
        return false;
    }
    return set_limits(s) && load_filter(s->threads);
}
