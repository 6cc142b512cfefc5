/*
 * The functions with a variable number of arguments, which C# cannot be: DbgPrint, with the formats of Windows beside those of C, and NdisWriteErrorLogEntry.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

void NonpagedDebugText(const char *line);
void NonpagedWriteErrorLog(void *adapter, uint32_t code, uint32_t count, const uint32_t *values);

enum { LONGEST = 1024, MOST_VALUES = 16 };

struct counted {
    uint16_t length, room;
    void *buffer;
};

/* Wide characters have 16 bits here, and 32 in the C library. */
static int put_wide(char *out, size_t room, const uint16_t *text, size_t count)
{
    size_t at = 0;
    if (text == NULL) return snprintf(out, room, "(null)");
    for (size_t index = 0; index < count && text[index] != 0 && at + 1 < room; index++)
        out[at++] = text[index] < 0x80 ? (char)text[index] : '?';
    out[at] = 0;
    return (int)at;
}

static int put_one(char *out, size_t room, const char *flags, const char *size, char kind, va_list *arguments)
{
    char format[64];
    const struct counted *string;
    int wide = strchr(size, 'w') != NULL || strchr(size, 'l') != NULL;
    switch (kind) {
        case 'Z':
            string = va_arg(*arguments, const struct counted *);
            if (string == NULL) return snprintf(out, room, "(null)");
            return wide ? put_wide(out, room, string->buffer, string->length / 2u)
                : snprintf(out, room, "%.*s", string->length, (const char *)string->buffer);
        case 'S':
            return put_wide(out, room, va_arg(*arguments, const uint16_t *), SIZE_MAX);
        case 's':
            if (wide) return put_wide(out, room, va_arg(*arguments, const uint16_t *), SIZE_MAX);
            snprintf(format, sizeof format, "%%%ss", flags);
            return snprintf(out, room, format, va_arg(*arguments, const char *));
        case 'p':
            return snprintf(out, room, "%p", va_arg(*arguments, void *));
        case 'c': case 'C':
            return snprintf(out, room, "%c", va_arg(*arguments, int));
        case '%':
            return snprintf(out, room, "%%");
        case 'd': case 'i': case 'u': case 'x': case 'X': case 'o':
            /* "l" is 32 bits to Windows. */
            if (strstr(size, "I64") != NULL || strstr(size, "ll") != NULL || strcmp(size, "I") == 0 || strcmp(size, "z") == 0) {
                snprintf(format, sizeof format, "%%%sll%c", flags, kind);
                return snprintf(out, room, format, va_arg(*arguments, long long));
            }
            snprintf(format, sizeof format, "%%%s%c", flags, kind);
            return snprintf(out, room, format, va_arg(*arguments, int));
        default:
            return snprintf(out, room, "%%%s%s%c", flags, size, kind);
    }
}

static void format_text(char *out, size_t room, const char *text, va_list *arguments)
{
    size_t at = 0;
    while (*text != 0 && at + 1 < room) {
        char flags[24], size[8];
        size_t count = 0;
        if (*text != '%') {
            out[at++] = *text++;
            continue;
        }
        for (text++; strchr("-+ #0123456789.*", *text) != NULL && *text != 0; text++) {
            if (*text == '*') count += (size_t)snprintf(flags + count, sizeof flags - count, "%d", va_arg(*arguments, int));
            else if (count + 1 < sizeof flags) flags[count++] = *text;
            if (count >= sizeof flags) count = sizeof flags - 1;
        }
        flags[count] = 0;
        count = 0;
        while ((strchr("hlLwIzj", *text) != NULL && *text != 0) || (count > 0 && size[0] == 'I' && strchr("6432", *text) != NULL && *text != 0)) {
            if (count + 1 < sizeof size) size[count++] = *text;
            text++;
        }
        size[count] = 0;
        if (*text == 0) break;
        int put = put_one(out + at, room - at, flags, size, *text++, arguments);
        if (put > 0) at += (size_t)put < room - at ? (size_t)put : room - at - 1;
    }
    out[at] = 0;
}

/* Drivers print a line in pieces. Each thread keeps what has no end yet. */
uint32_t DbgPrint(const char *format, ...)
{
    static __thread char line[2 * LONGEST];
    static __thread size_t length;
    char text[LONGEST], *end;
    va_list arguments;
    va_start(arguments, format);
    format_text(text, sizeof text, format, &arguments);
    va_end(arguments);
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
    return 0;
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
