/* The floor: what it costs at the very least to take advertisements from the kernel. Opens the management socket, reads and counts, looks at nothing.
   floor SECONDS [unix PATH]: prints reports, their rate, processor time and, for the kernel's socket, what it dropped. Needs CAP_NET_ADMIN and an adapter
   somebody else scans with (the agent, or monitor.py). With "unix PATH" it listens there like the agent and counts btsnoop records instead. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return (double)t.tv_sec + (double)t.tv_nsec / 1e9; }

static int kernel_socket(void) {
  struct { uint16_t family, device, channel; } control = { AF_BLUETOOTH, 0xffff, 3 };
  int fd = socket(AF_BLUETOOTH, SOCK_RAW | SOCK_CLOEXEC, 1), size = 4 << 20;
  if (fd < 0 || bind(fd, (struct sockaddr *)&control, sizeof control)) { perror("management socket"); exit(1); }
  setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
  return fd;
}

static int unix_peer(const char *path) {
  struct sockaddr_un at = { .sun_family = AF_UNIX };
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), peer;
  strncpy(at.sun_path, path, sizeof at.sun_path - 1);
  unlink(path);
  if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) || listen(fd, 1) || (peer = accept(fd, 0, 0)) < 0) { perror(path); exit(1); }
  return peer;
}

/* Records of a btsnoop stream: a header of 16 bytes, then 24 bytes each with the length of what follows at offset 4. */
static unsigned long records(const uint8_t *bytes, ssize_t count) {
  static uint8_t head[24]; static unsigned have, skip = 16; unsigned long found = 0;
  for (ssize_t i = 0; i < count;) {
    if (skip) { ssize_t step = (ssize_t)skip < count - i ? (ssize_t)skip : count - i; skip -= (unsigned)step; i += step; continue; }
    head[have++] = bytes[i++];
    if (have == 24) { uint32_t n; memcpy(&n, head + 4, 4); skip = ntohl(n); have = 0; found++; }
  }
  return found;
}

int main(int argc, char **argv) {
  int is_unix = argc > 3 && !strcmp(argv[2], "unix"), fd = is_unix ? unix_peer(argv[3]) : kernel_socket();
  double seconds = argc > 1 ? atof(argv[1]) : 10, first = 0, last = 0, start = now();
  unsigned long reports = 0, events = 0; static uint8_t buffer[65536];
  struct timeval tick = { 0, 200000 };
  struct rusage used;
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tick, sizeof tick);
  while (now() - start < seconds) {
    ssize_t got = recv(fd, buffer, sizeof buffer, 0);
    if (got == 0) break;
    if (got < 0) continue;
    events++;
    if (is_unix) reports += records(buffer, got);
    else if (got >= 6 && buffer[1] == 0 && (buffer[0] == 0x2f || buffer[0] == 0x12)) reports++;
    else continue;
    last = now();
    if (!first) first = last;
  }
  getrusage(RUSAGE_SELF, &used);
  uint32_t memory[9] = { 0 }; socklen_t length = sizeof memory;
  getsockopt(fd, SOL_SOCKET, 55 /* SO_MEMINFO */, memory, &length);
  printf("{\"reports\": %lu, \"perSecond\": %.0f, \"reads\": %lu, \"cpuSeconds\": %.3f, \"seconds\": %.3f, \"dropped\": %u}\n", reports, last > first ? (double)reports / (last - first) : 0.0, events,
    (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6, now() - start, memory[8]);
  return 0;
}
