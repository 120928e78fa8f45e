/*
 * Loaded before libc (LD_PRELOAD) into a program that writes a journal: notes every change of the database and its log, every sync, and every line that
 * the program says on its standard output, in one order. A test builds from that what a disk may hold after a power cut.
 *
 * A record is op (1 byte), file (1), offset (8), length (8), then the bytes; op: W write, T truncate to offset, S synced, U unlinked; file: d database,
 * w log, j the rollback journal of its first moments, o standard output. A sync is noted when it has returned, anything else as it is done.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static int trace = -1;

__attribute__((constructor)) static void begin(void) {
    const char *file = getenv("DISK_TRACE");
    if (file) trace = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static char name_of(const char *path) {
    size_t n = strlen(path);
    if (n >= 10 && !strcmp(path + n - 10, "journal.db")) return 'd';
    if (n >= 14 && !strcmp(path + n - 14, "journal.db-wal")) return 'w';
    if (n >= 18 && !strcmp(path + n - 18, "journal.db-journal")) return 'j';
    return 0;
}

static char file_of(int fd) {
    if (trace < 0 || fd == trace) return 0;
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n <= 0) return 0;
    path[n] = 0;
    return name_of(path);
}

/* .NET writes to a duplicate of descriptor 1. */
static char is_output(int fd) {
    struct stat it, out;
    if (trace < 0 || fd == trace || fstat(fd, &it) || fstat(1, &out)) return 0;
    return it.st_dev == out.st_dev && it.st_ino == out.st_ino ? 'o' : 0;
}

static void put(const void *bytes, size_t left) {
    for (const char *at = bytes; left > 0;) {
        long n = syscall(SYS_write, trace, at, left);
        if (n <= 0) abort();
        at += n;
        left -= (size_t)n;
    }
}

static void note(char op, char file, int64_t offset, const void *bytes, uint64_t length) {
    char head[18] = {op, file};
    memcpy(head + 2, &offset, 8);
    memcpy(head + 10, &length, 8);
    put(head, sizeof head);
    if (length) put(bytes, length);
}

#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (!real) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

#define NOTED(file, call, ok, ...) \
    if (!file) return call; \
    pthread_mutex_lock(&gate); \
    __typeof__(call) result = call; \
    if (ok) note(__VA_ARGS__); \
    pthread_mutex_unlock(&gate); \
    return result

ssize_t write(int fd, const void *bytes, size_t n) {
    REAL(ssize_t, "write", int, const void *, size_t);
    char file = is_output(fd); /* SQLite writes at offsets */
    NOTED(file, real(fd, bytes, n), result > 0, 'W', file, 0, bytes, (uint64_t)result);
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at) {
    REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
    char file = file_of(fd);
    NOTED(file, real(fd, bytes, n, at), result > 0, 'W', file, at, bytes, (uint64_t)result);
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at) {
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
    char file = file_of(fd);
    NOTED(file, real(fd, bytes, n, at), result > 0, 'W', file, at, bytes, (uint64_t)result);
}

int ftruncate(int fd, off_t size) {
    REAL(int, "ftruncate", int, off_t);
    char file = file_of(fd);
    NOTED(file, real(fd, size), result == 0, 'T', file, size, "", 0);
}

int ftruncate64(int fd, off64_t size) {
    REAL(int, "ftruncate64", int, off64_t);
    char file = file_of(fd);
    NOTED(file, real(fd, size), result == 0, 'T', file, size, "", 0);
}

int fsync(int fd) {
    REAL(int, "fsync", int);
    char file = file_of(fd);
    NOTED(file, real(fd), result == 0, 'S', file, 0, "", 0);
}

int fdatasync(int fd) {
    REAL(int, "fdatasync", int);
    char file = file_of(fd);
    NOTED(file, real(fd), result == 0, 'S', file, 0, "", 0);
}

int unlink(const char *path) {
    REAL(int, "unlink", const char *);
    char file = trace < 0 ? 0 : name_of(path);
    NOTED(file, real(path), result == 0, 'U', file, 0, "", 0);
}
