/* SPDX-License-Identifier: MIT */
/*
 * Says what the real SIPp's XML reader makes of a file, for lab/xml_forms: preloaded into sipp, it calls the
 * reader before the program begins, prints one line a file that READER_FILES names, and ends the process.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DEPTH_MAX = 5 };

static int (*load)(const char *path);
static char *(*open_element)(int index);
static void (*close_element)(void);
static const char *(*get_value)(const char *name);
static char *(*get_cdata)(void);
static int (*is_invalid)(void);

static void *find(const char *name) {
    void *f = dlsym(RTLD_DEFAULT, name);
    if (!f) exit(3);
    return f;
}

static void show(const char *text) {
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        printf(c < 32 || c > 126 || c == '\\' ? "\\x%02x" : "%c", c);
    }
}

static void show_element(int depth) {
    static const char *const names[] = {"name",    "id",       "value", "message", "next",
                                        "request", "response", "a",     "b"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = get_value(names[i]);
        if (!value) continue;
        printf(" %s=\"", names[i]);
        show(value);
        printf("\"");
    }
    const char *cdata = get_cdata();
    if (cdata) {
        printf(" [");
        show(cdata);
        printf("]");
    }
    const char *name;
    for (int i = 0; depth < DEPTH_MAX && (name = open_element(i)); i++) {
        printf(" (");
        show(name);
        show_element(depth + 1);
        printf(")");
        close_element();
    }
}

static void show_file(const char *path) {
    const char *root = load(path) ? open_element(0) : NULL;
    if (root) {
        show(root);
        show_element(0);
        close_element();
        if (is_invalid()) printf(" INVALID");
    } else {
        printf("NOTHING");
    }
    fflush(stdout);
}

__attribute__((constructor)) static void begin(void) {
    const char *list = getenv("READER_FILES");
    FILE *files = list ? fopen(list, "r") : NULL;
    if (!files) return;
    load = find("xp_set_xml_buffer_from_file");
    open_element = find("xp_open_element");
    close_element = find("xp_close_element");
    get_value = find("xp_get_value");
    get_cdata = find("xp_get_cdata");
    is_invalid = find("xp_is_invalid");
    char line[4096];
    while (fgets(line, sizeof line, files)) {
        line[strcspn(line, "\n")] = 0;
        int status = 0;
        pid_t child = fork(); /* the reader's buffer must be as fresh as in a SIPp that loads its scenario */
        if (child == 0) {
            show_file(line);
            _exit(0);
        }
        waitpid(child, &status, 0);
        printf(WIFEXITED(status) ? "\n" : "CRASH\n");
        fflush(stdout);
    }
    _exit(0);
}
