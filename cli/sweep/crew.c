/* SPDX-License-Identifier: MIT */
#include "cli/sweep/crew.h"

#include "base/mem.h"
#include "cli/cli.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* A process takes this many runs at a time, or fewer, so that all end at about the same time. */
enum { BLOCK_MAX = 256, BLOCKS_A_JOB = 16 };

/* A pipe gets this much at a time. */
enum { WRITE_SIZE = 1 << 15 };

/* What all processes of the crew see: the run that is taken next. */
struct ticket {
    _Atomic uint64_t next;
};

/* What goes through a pipe: this, then size bytes. */
struct frame {
    uint64_t number; /* of the run */
    uint32_t size;
    bool failed; /* the bytes are messages, not a sample */
};

struct worker {
    pid_t pid; /* 0: there is none */
    int pipe;  /* -1: it has ended */
    struct buf in;
};

struct crew {
    const struct sweep_plan *plan;
    struct ticket *ticket;
    uint64_t end, block; /* the run after the last; how many are taken at once */
    struct worker *workers;
    size_t count;
    sweep_result_fn *result;
    void *arg;
    struct sweep_sample sample; /* the last one that came */
    uint64_t failed;            /* the first run that could not be done, UINT64_MAX: none */
    struct buf messages;        /* why not */
};

/* In the worker. */

static bool write_all(int fd, struct buf *out) {
    for (size_t done = 0; done < out->len;) {
        ssize_t n = write(fd, out->p + done, out->len - done);
        if (n < 0 && errno != EINTR) return false;
        if (n > 0) done += (size_t)n;
    }
    buf_reset(out);
    return true;
}

static void add_bytes(struct buf *out, const void *p, size_t len) { buf_add(out, (struct span){p, len}); }

static void add_frame(struct buf *out, uint64_t number, bool failed, struct span bytes) {
    struct frame frame;
    memset(&frame, 0, sizeof frame);
    frame.number = number;
    frame.size = (uint32_t)bytes.len;
    frame.failed = failed;
    add_bytes(out, &frame, sizeof frame);
    buf_add(out, bytes);
}

/* Of each measure asked for: known, number, of, and the length of the text; then the text. */
static void pack(struct buf *out, const struct sweep_plan *plan, const struct sweep_sample *sample) {
    for (size_t i = 0; i < plan->measure_count; i++) {
        const struct sweep_value *v = &sample->values[plan->measures[i]];
        int64_t head[4] = {v->known, v->number, v->of, (int64_t)v->text.len};
        add_bytes(out, head, sizeof head);
        buf_add(out, buf_span(&v->text));
    }
}

static void unpack(struct sweep_sample *sample, const struct sweep_plan *plan, struct span in) {
    for (size_t i = 0; i < plan->measure_count; i++) {
        struct sweep_value *v = &sample->values[plan->measures[i]];
        int64_t head[4];
        memcpy(head, in.p, sizeof head);
        v->known = head[0];
        v->number = head[1];
        v->of = head[2];
        in = span_skip(in, sizeof head);
        buf_reset(&v->text);
        buf_add(&v->text, span_head(in, (size_t)head[3]));
        in = span_skip(in, (size_t)head[3]);
    }
}

/* The lab that a worker has loaded; other seeds take the same one. */
struct loaded {
    uint64_t point;
    struct source_set sources;
    struct lab_config *config; /* NULL: none yet */
};

static void unload(struct loaded *l) {
    lab_config_free(l->config);
    source_set_free(&l->sources);
    *l = (struct loaded){0};
}

static enum sweep_run_result do_run(struct loaded *l, struct sweep_sample *sample,
                                    const struct sweep_plan *plan, uint64_t number, struct diag *diag) {
    uint64_t point = number / sweep_plan_runs(plan);
    if (!l->config || l->point != point) {
        unload(l);
        l->point = point;
        l->config = sweep_plan_load(plan, point, &l->sources, diag);
        if (!l->config) return SWEEP_RUN_FAILED;
    }
    if (plan->seeds) l->config->seed = number % plan->seeds + 1;
    return sweep_measure_run(sample, l->config, &cli_interrupted, diag);
}

static void work(const struct crew *crew, int to) {
    struct loaded loaded = {0};
    struct sweep_sample sample = {0};
    struct buf out = {0}, bytes = {0};
    struct diag diag = {0};
    bool going = true;
    while (going) {
        uint64_t from = atomic_fetch_add(&crew->ticket->next, crew->block);
        for (uint64_t n = from; n < from + crew->block && n < crew->end && going; n++) {
            enum sweep_run_result result = do_run(&loaded, &sample, crew->plan, n, &diag);
            buf_reset(&bytes);
            if (result == SWEEP_RUN_DONE) pack(&bytes, crew->plan, &sample);
            if (result != SWEEP_RUN_STOPPED)
                add_frame(&out, n, result == SWEEP_RUN_FAILED,
                          buf_span(result == SWEEP_RUN_DONE ? &bytes : &diag.text));
            /* Runs are handed out in order: those before a failed one are in somebody's hands already. */
            if (result == SWEEP_RUN_FAILED) atomic_store(&crew->ticket->next, crew->end);
            going = result == SWEEP_RUN_DONE;
            if (out.len >= WRITE_SIZE && !write_all(to, &out)) going = false;
        }
        if (!write_all(to, &out) || from >= crew->end) going = false;
    }
    unload(&loaded);
    sweep_sample_free(&sample);
    buf_free(&out);
    buf_free(&bytes);
    diag_free(&diag);
}

/* In the parent. */

static bool start(struct crew *crew, struct worker *w) {
    int ends[2];
    if (pipe(ends) != 0) return false;
    w->pid = fork();
    if (w->pid == 0) {
        for (size_t i = 0; i < crew->count; i++)
            if (crew->workers[i].pipe >= 0) close(crew->workers[i].pipe);
        close(ends[0]);
        work(crew, ends[1]);
        _exit(0);
    }
    int why = errno;
    close(ends[1]);
    w->pipe = ends[0];
    if (w->pid > 0) return true;
    w->pid = 0;
    errno = why;
    return false;
}

static void take_frame(struct crew *crew, const struct frame *frame, struct span bytes) {
    uint32_t runs = sweep_plan_runs(crew->plan);
    if (!frame->failed) {
        unpack(&crew->sample, crew->plan, bytes);
        crew->result(crew->arg, frame->number / runs, (uint32_t)(frame->number % runs), &crew->sample);
    } else if (frame->number < crew->failed) {
        crew->failed = frame->number;
        buf_reset(&crew->messages);
        buf_add(&crew->messages, bytes);
    }
}

/* Reads what a worker has sent and takes the complete frames. */
static void receive(struct crew *crew, struct worker *w) {
    ssize_t n = read(w->pipe, buf_room(&w->in, WRITE_SIZE), WRITE_SIZE);
    if (n < 0 && errno == EINTR) return;
    if (n <= 0) {
        close(w->pipe);
        w->pipe = -1;
        return;
    }
    w->in.len += (size_t)n;
    struct span in = buf_span(&w->in);
    struct frame frame;
    while (in.len >= sizeof frame) {
        memcpy(&frame, in.p, sizeof frame);
        if (in.len - sizeof frame < frame.size) break;
        in = span_skip(in, sizeof frame);
        take_frame(crew, &frame, span_head(in, frame.size));
        in = span_skip(in, frame.size);
    }
    memmove(w->in.p, in.p, in.len);
    w->in.len = in.len;
}

/* Until every worker has closed its pipe. */
static void receive_all(struct crew *crew) {
    struct pollfd *polled = mem_new(crew->count * sizeof *polled);
    for (size_t open = 1; open > 0 && !cli_interrupted;) {
        open = 0;
        for (size_t i = 0; i < crew->count; i++) {
            polled[i] = (struct pollfd){.fd = crew->workers[i].pipe, .events = POLLIN};
            open += crew->workers[i].pipe >= 0;
        }
        if (open == 0 || poll(polled, crew->count, -1) <= 0) continue;
        for (size_t i = 0; i < crew->count; i++)
            if (polled[i].revents) receive(crew, &crew->workers[i]);
    }
    free(polled);
}

/* Waits for all; false after a message if one did not end as it should. */
static bool dismiss(struct crew *crew) {
    bool good = true;
    for (size_t i = 0; i < crew->count; i++) {
        struct worker *w = &crew->workers[i];
        int status = 0;
        if (w->pipe >= 0) close(w->pipe);
        if (w->pid && cli_interrupted) kill(w->pid, SIGTERM);
        while (w->pid && waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
            if (cli_interrupted) kill(w->pid, SIGTERM);
        if (status != 0 && !cli_interrupted && good) {
            cli_error("sweep: a worker process ended with %s %d", WIFSIGNALED(status) ? "signal" : "status",
                      WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
            good = false;
        }
        buf_free(&w->in);
    }
    return good;
}

static int end(struct crew *crew, bool good) {
    if (cli_interrupted) {
        fputs("siptwin: interrupted, nothing written\n", stderr);
        return EXIT_INTERRUPTED;
    }
    if (crew->failed == UINT64_MAX) return good ? EXIT_GOOD : EXIT_BAD_INPUT;
    if (crew->messages.len) fwrite(crew->messages.p, 1, crew->messages.len, stderr);
    return EXIT_BAD_INPUT;
}

int sweep_crew_run(const struct sweep_plan *plan, unsigned jobs, sweep_result_fn *result, void *arg) {
    uint64_t first = plan->first * sweep_plan_runs(plan), last = plan->last * sweep_plan_runs(plan);
    if (jobs > last - first) jobs = (unsigned)(last - first);
    struct crew crew = {
        .plan = plan, .end = last, .count = jobs, .result = result, .arg = arg, .failed = UINT64_MAX};
    if (jobs == 0) return EXIT_GOOD;
    crew.block = (last - first) / jobs / BLOCKS_A_JOB;
    crew.block = crew.block < 1 ? 1 : crew.block > BLOCK_MAX ? BLOCK_MAX : crew.block;
    crew.ticket = mmap(NULL, sizeof *crew.ticket, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (crew.ticket == MAP_FAILED) return cli_error("sweep: %s", strerror(errno));
    atomic_init(&crew.ticket->next, first);
    crew.workers = mem_new(jobs * sizeof *crew.workers);
    for (size_t i = 0; i < jobs; i++)
        crew.workers[i].pipe = -1;
    bool good = true;
    fflush(NULL);
    for (size_t i = 0; i < jobs && good; i++) {
        good = start(&crew, &crew.workers[i]);
        if (good) continue;
        cli_error("sweep: %s", strerror(errno));
        atomic_store(&crew.ticket->next, last);
    }
    receive_all(&crew);
    good = dismiss(&crew) && good;
    int status = end(&crew, good);
    sweep_sample_free(&crew.sample);
    buf_free(&crew.messages);
    free(crew.workers);
    munmap(crew.ticket, sizeof *crew.ticket);
    return status;
}
