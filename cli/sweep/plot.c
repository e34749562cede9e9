/* SPDX-License-Identifier: MIT */
#include "cli/sweep/plot.h"

#include "cli/cli.h"
#include "view/escape.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* Pixels: a plot without its legend, and about a character of that. */
enum { PLOT_WIDTH = 760, PANEL_HEIGHT = 380, CHARACTER = 9 };

/* How the values of the first axis lie on x. */
struct scale {
    bool numeric; /* otherwise they are words, at 0, 1, 2 ... */
    int64_t unit; /* of a quantity's number that is 1 on x */
    const char *name;
};

/* In gnuplot's quotes. */
static void add_quoted(struct buf *out, struct span text) {
    struct buf line = {0};
    escape_line(&line, text);
    buf_add_char(out, '\'');
    for (size_t i = 0; i < line.len; i++) {
        if (line.p[i] == '\'') buf_add_char(out, '\'');
        buf_add_char(out, line.p[i]);
    }
    buf_add_char(out, '\'');
    buf_free(&line);
}

/* Durations get the largest unit of which the longest one has at least two. */
static struct scale scale_of(const struct sweep_axis *axis) {
    static const struct scale units[] = {{true, 1000000000, "s"}, {true, 1000000, "ms"}, {true, 1000, "us"}};
    struct sweep_quantity q, first = {0};
    int64_t most = 0;
    for (size_t i = 0; i < axis->count; i++) {
        if (!sweep_quantity_parse(&q, span_of(axis->values[i])) || (i > 0 && q.unit != first.unit))
            return (struct scale){.numeric = false};
        if (i == 0) first = q;
        if (q.number > most) most = q.number;
    }
    if (first.unit == SWEEP_PLAIN) return (struct scale){true, 1, NULL};
    if (first.unit == SWEEP_PERCENT) return (struct scale){true, 10000, "%"};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (most >= 2 * units[i].unit) return units[i];
    return (struct scale){true, 1, "ns"};
}

static void add_x(struct buf *out, const struct sweep_axis *axis, const struct scale *scale, size_t index) {
    struct sweep_quantity q;
    if (!scale->numeric) {
        buf_add_u64(out, index);
    } else {
        sweep_quantity_parse(&q, span_of(axis->values[index]));
        sweep_quantity_write(out, q.number, scale->unit);
    }
}

/* Without --runs a share is a number of calls. */
static enum sweep_kind panel_of(const struct sweep_plan *plan, size_t measure) {
    enum sweep_kind kind = sweep_measures[plan->measures[measure]].kind;
    return kind == SWEEP_SHARE && !plan->seeds ? SWEEP_COUNT : kind;
}

/* One line's data, a row an x: x, y, low, high. Where there is nothing the line is broken. */
static void add_data(struct buf *out, const struct sweep_table *t, const struct scale *scale, size_t measure,
                     uint64_t rest) {
    const struct sweep_plan *plan = t->plan;
    const struct sweep_axis *x = &plan->axes[0];
    uint64_t stride = plan->points / x->count;
    int64_t unit = panel_of(plan, measure) == SWEEP_COUNT ? 1000 : 1000000;
    buf_addf(out, "$m%zus%llu << END\n", measure, (unsigned long long)rest);
    for (size_t i = 0; i < x->count; i++) {
        const struct sweep_interval *cell = sweep_table_cell(t, i * stride + rest, measure);
        int64_t values[] = {cell->mid, cell->bounded ? cell->low : cell->mid,
                            cell->bounded ? cell->high : cell->mid};
        if (cell->known) add_x(out, x, scale, i);
        for (size_t k = 0; k < 3 && cell->known; k++) {
            buf_add_char(out, ' ');
            sweep_quantity_write(out, values[k], unit);
        }
        buf_add_char(out, '\n');
    }
    buf_add_text(out, "END\n");
}

/* "invites_proxy, auto_inv_100=0"; returns how long it is. */
static size_t add_title(struct buf *out, const struct sweep_plan *plan, size_t measure, uint64_t rest) {
    struct buf title = {0};
    buf_add_text(&title, sweep_measures[plan->measures[measure]].name);
    for (size_t i = 1; i < plan->axis_count; i++) {
        struct span key = span_of(plan->axes[i].key);
        for (ptrdiff_t dot; (dot = span_find(key, '.')) >= 0;)
            key = span_skip(key, (size_t)dot + 1);
        buf_addf(&title, ", " SPAN_FMT "=%s", SPAN_ARG(key), sweep_plan_value(plan, rest, i));
    }
    size_t len = title.len;
    add_quoted(out, buf_span(&title));
    buf_free(&title);
    return len;
}

/* The longest title of all lines: so much room the legends need, in all panels alike. */
static size_t longest_title(const struct sweep_plan *plan) {
    struct buf ignored = {0};
    size_t longest = 0;
    for (size_t m = 0; m < plan->measure_count; m++)
        for (uint64_t rest = 0; rest < plan->points / plan->axes[0].count; rest++) {
            buf_reset(&ignored);
            size_t len = add_title(&ignored, plan, m, rest);
            if (len > longest) longest = len;
        }
    buf_free(&ignored);
    return longest;
}

static void add_x_axis(struct buf *out, const struct sweep_axis *axis, const struct scale *scale) {
    struct buf label = {0};
    buf_add_text(&label, axis->key);
    if (scale->name) buf_addf(&label, " (%s)", scale->name);
    buf_add_text(out, "set xlabel ");
    add_quoted(out, buf_span(&label));
    buf_add_char(out, '\n');
    buf_free(&label);
    if (scale->numeric) return;
    buf_add_text(out, "set xtics (");
    for (size_t i = 0; i < axis->count; i++) {
        if (i) buf_add_text(out, ", ");
        add_quoted(out, span_of(axis->values[i]));
        buf_addf(out, " %zu", i);
    }
    buf_add_text(out, ")\n");
}

/* Is there anything to draw of that line? */
static bool has_data(const struct sweep_table *t, size_t measure, uint64_t rest) {
    uint64_t count = t->plan->axes[0].count, stride = t->plan->points / count;
    for (uint64_t i = 0; i < count; i++)
        if (sweep_table_cell(t, i * stride + rest, measure)->known) return true;
    return false;
}

#define STEPS " with steps"

/* A number of datagrams does not grow bit by bit: between two points it is not known, so the line steps. */
static const char *style_of(const struct sweep_plan *plan, const struct scale *scale, enum sweep_kind kind) {
    if (plan->seeds) return ":3:4 with yerrorlines";
    return kind == SWEEP_COUNT && scale->numeric ? STEPS : " with linespoints";
}

/* The lines of one panel: first their data, then how they are drawn. How many there are. */
static size_t add_panel(struct buf *out, const struct sweep_table *t, const struct scale *scale,
                        enum sweep_kind kind) {
    static const char *const labels[] = {
        [SWEEP_COUNT] = "number", [SWEEP_TIME] = "seconds", [SWEEP_SHARE] = "share"};
    /* Later lines are thinner, so that they do not hide one that runs below. */
    static const char *const widths[] = {"5", "3.5", "2.5", "1.5"};
    const struct sweep_plan *plan = t->plan;
    struct buf plot = {0};
    size_t lines = 0;
    for (size_t m = 0; m < plan->measure_count; m++) {
        if (panel_of(plan, m) != kind) continue;
        for (uint64_t rest = 0; rest < plan->points / plan->axes[0].count; rest++) {
            if (!has_data(t, m, rest)) continue;
            add_data(out, t, scale, m, rest);
            const char *name = style_of(plan, scale, kind);
            buf_addf(&plot, "%s $m%zus%llu using 1:2%s linewidth %s linetype %zu title ",
                     lines ? ",\\\n    " : "plot", m, (unsigned long long)rest, name, widths[lines % 4],
                     lines + 1);
            add_title(&plot, plan, m, rest);
            /* Steps have no points of their own. */
            if (strcmp(name, STEPS) == 0)
                buf_addf(&plot, ",\\\n     $m%zus%llu using 1:2 with points linetype %zu notitle", m,
                         (unsigned long long)rest, lines + 1);
            lines++;
        }
    }
    if (lines) {
        buf_addf(out, "set ylabel '%s'\n", labels[kind]);
        buf_add(out, buf_span(&plot));
        buf_add_char(out, '\n');
    }
    buf_free(&plot);
    return lines;
}

bool sweep_plot_write(struct buf *out, const struct sweep_table *table) {
    const struct sweep_axis *x = &table->plan->axes[0];
    struct scale scale = scale_of(x);
    struct buf panels = {0};
    unsigned count = 0;
    const size_t legend = longest_title(table->plan) + 9; /* characters, with a line's sample */
    for (enum sweep_kind kind = SWEEP_COUNT; kind < SWEEP_TEXT; kind++)
        count += add_panel(&panels, table, &scale, kind) > 0;
    buf_addf(out,
             "set encoding utf8\n"
             "set terminal svg noenhanced size %zu,%u font 'sans-serif,14' background '#ffffff'\n"
             "set grid\n"
             "set key outside right top vertical Left reverse samplen 2 spacing 1.2\n"
             "set lmargin 9\n"
             "set rmargin %zu\n"
             "set tmargin 1\n"
             "set bmargin 3.5\n"
             "set autoscale xfix\n"
             "set yrange [0:*]\n"
             "set offsets graph 0.02, graph 0.02, graph 0.05, 0\n"
             "set bars small\n"
             "set pointsize 0.5\n",
             PLOT_WIDTH + legend * CHARACTER, count * PANEL_HEIGHT, legend);
    add_x_axis(out, x, &scale);
    buf_addf(out, "set multiplot layout %u,1\n", count);
    buf_add(out, buf_span(&panels));
    buf_add_text(out, "unset multiplot\n");
    buf_free(&panels);
    return count > 0;
}

/* Gives the script to a process and takes what it says, as it is ready for either. Closes both ends. */
static void talk(int to, struct span script, int from, struct buf *out) {
    enum { READ_SIZE = 1 << 15 };
    fcntl(to, F_SETFL, O_NONBLOCK);
    for (bool listening = true; listening && !cli_interrupted;) {
        struct pollfd ends[] = {{.fd = from, .events = POLLIN},
                                {.fd = script.len ? to : -1, .events = POLLOUT}};
        if (poll(ends, 2, -1) < 0) continue;
        if (ends[1].revents) {
            ssize_t n = write(to, script.p, script.len);
            /* Should it die before the end of its script, its status tells. */
            script = n < 0 && errno != EINTR && errno != EAGAIN ? (struct span){0}
                                                                : span_skip(script, n > 0 ? (size_t)n : 0);
        }
        if (script.len == 0 && to >= 0) close(to), to = -1;
        if (!ends[0].revents) continue;
        ssize_t n = read(from, buf_room(out, READ_SIZE), READ_SIZE);
        if (n > 0) out->len += (size_t)n;
        listening = n > 0 || (n < 0 && errno == EINTR);
    }
    if (to >= 0) close(to);
    close(from);
}

/* Runs gnuplot, without the user's own settings; its exit status, 127 if there is none, 126 if it did not end
 * by itself. */
static int run_gnuplot(const char *argument, struct span script, struct buf *out) {
    int in[2], back[2], status = 0;
    if (pipe(in) != 0) return 126;
    if (pipe(back) != 0) {
        close(in[0]);
        close(in[1]);
        return 126;
    }
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(back[1], STDOUT_FILENO);
        const int ends[] = {in[0], in[1], back[0], back[1]};
        for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
            close(ends[i]);
        setenv("LC_ALL", "C.UTF-8", 1);
        execlp("gnuplot", "gnuplot", "-d", argument, (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    close(back[1]);
    talk(in[1], script, back[0], out);
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 126;
}

int sweep_plot_check(void) {
    struct buf version = {0};
    int status = run_gnuplot("--version", (struct span){0}, &version);
    buf_free(&version);
    if (status == 127)
        return cli_error(
            "sweep: --plot needs gnuplot, which is not here (Debian: apt-get install gnuplot-nox)");
    return status == 0 ? EXIT_GOOD : cli_error("sweep: gnuplot --version ended with status %d", status);
}

int sweep_plot_draw(struct buf *out, struct span script) {
    int status = run_gnuplot("-", script, out);
    if (cli_interrupted) {
        fputs("siptwin: interrupted, nothing written\n", stderr);
        return EXIT_INTERRUPTED;
    }
    return status == 0 ? EXIT_GOOD : cli_error("sweep: gnuplot ended with status %d", status);
}
