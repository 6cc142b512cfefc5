/* What each call of C goes through before it enters C#: whether it may. */
#ifndef NONPAGED_ENTRY_H
#define NONPAGED_ENTRY_H

enum { NEVER_ENTERED, STARTING, READY, FORKED };

extern int nonpaged_state __attribute__((visibility("hidden")));

/* The slow path: starts C#, or says that it may not be entered. */
int nonpaged_start(const char *call) __attribute__((visibility("hidden"), cold));

/* Whether the caller is in a child of fork(2), which C# must not run in. */
int nonpaged_is_forked(void) __attribute__((visibility("hidden")));

static inline int nonpaged_may_enter(const char *call)
{
    return __builtin_expect(__atomic_load_n(&nonpaged_state, __ATOMIC_ACQUIRE) == READY, 1) || nonpaged_start(call);
}

#endif
