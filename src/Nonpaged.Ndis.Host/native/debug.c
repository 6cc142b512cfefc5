/*
 * What C# cannot be: functions with a variable number of arguments (DbgPrint, with the formats of Windows beside those
 * of C, and NdisWriteErrorLogEntry), those that do not return, and the search for a function by its name.
 */
#define _GNU_SOURCE
#include "format.h"
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

void NonpagedDebugText(const char *line);
void NonpagedWriteErrorLog(void *adapter, uint32_t code, uint32_t count, const uint32_t *values);

enum { LONGEST = 1024, MOST_VALUES = 16 };

/* Drivers print a line in pieces. Each thread keeps what has no end yet. */
static void print(const char *format, va_list arguments)
{
    static __thread char line[2 * LONGEST];
    static __thread size_t length;
    char text[LONGEST], *end;
    NonpagedFormatA(text, sizeof text, format, arguments);
    if (length + strlen(text) >= sizeof line) length = 0;
    strcpy(line + length, text);
    length += strlen(text);
    while ((end = strchr(line, '\n')) != NULL) {
        *end = 0;
        if (end > line && end[-1] == '\r') end[-1] = 0;
        NonpagedDebugText(line);
        memmove(line, end + 1, strlen(end + 1) + 1);
        length = strlen(line);
    }
}

uint32_t DbgPrint(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print(format, arguments);
    va_end(arguments);
    return 0;
}

/* Every component and level is shown. */
uint32_t vDbgPrintEx(uint32_t component, uint32_t level, const char *format, va_list arguments)
{
    (void)component, (void)level;
    print(format, arguments);
    return 0;
}

uint32_t DbgPrintEx(uint32_t component, uint32_t level, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vDbgPrintEx(component, level, format, arguments);
    va_end(arguments);
    return 0;
}

/* The watching process tells of the signal; the log says what the driver gave. */
_Noreturn void KeBugCheckEx(uint32_t code, uintptr_t first, uintptr_t second, uintptr_t third, uintptr_t fourth)
{
    DbgPrint("\nbug check 0x%08x (0x%Ix, 0x%Ix, 0x%Ix, 0x%Ix)\n", code, first, second, third, fourth);
    abort();
}

_Noreturn void KeBugCheck(uint32_t code) { KeBugCheckEx(code, 0, 0, 0, 0); }

struct unicode_string {
    uint16_t length, room;
    const uint16_t *buffer;
};

/* This program's own functions, and no library's. */
void *MmGetSystemRoutineAddress(const struct unicode_string *name)
{
    char narrow[128];
    size_t length = name->length / 2u;
    Dl_info found, own;
    if (length >= sizeof narrow) return NULL;
    for (size_t index = 0; index < length; index++) narrow[index] = name->buffer[index] < 0x80 ? (char)name->buffer[index] : '?';
    narrow[length] = 0;
    void *function = dlsym(RTLD_DEFAULT, narrow);
    if (function == NULL || dladdr(function, &found) == 0 || dladdr((void *)MmGetSystemRoutineAddress, &own) == 0) return NULL;
    return found.dli_fbase == own.dli_fbase ? function : NULL;
}

void NdisWriteErrorLogEntry(void *adapter, uint32_t code, uint32_t count, ...)
{
    uint32_t values[MOST_VALUES];
    va_list arguments;
    if (count > MOST_VALUES) count = MOST_VALUES;
    va_start(arguments, count);
    for (uint32_t index = 0; index < count; index++) values[index] = va_arg(arguments, uint32_t);
    va_end(arguments);
    NonpagedWriteErrorLog(adapter, code, count, values);
}
