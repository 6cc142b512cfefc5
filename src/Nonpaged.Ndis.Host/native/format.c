/*
 * printf as Windows' kernel has it ("Format specification syntax" of Microsoft's C library, and DbgPrint's own %Z): "l"
 * is 32 bits, "I64" and "ll" 64, "I" a pointer's size, wide characters have 16 bits, %S is of the other width than %s,
 * %wZ a UNICODE_STRING, %p has 16 digits.
 */
#include "format.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>

struct counted {
    uint16_t length, room;
    const void *buffer;
};

struct target {
    void *buffer;
    size_t count, length;
    int wide;
};

struct specification {
    int left, plus, space, alternative, zero;
    int width, precision;
    char size[8];
};

static void put(struct target *out, unsigned unit)
{
    if (out->length + 1 < out->count) {
        if (out->wide) ((uint16_t *)out->buffer)[out->length] = (uint16_t)unit;
        else ((char *)out->buffer)[out->length] = (char)unit;
    }
    out->length++;
}

/* A character of the other width becomes one of this, or a question mark. */
static void put_converted(struct target *out, unsigned unit, int is_wide)
{
    if (is_wide && !out->wide && unit >= 0x80) unit = '?';
    put(out, unit);
}

static void pad(struct target *out, int count)
{
    while (count-- > 0) put(out, ' ');
}

static unsigned unit_at(const void *text, size_t index, int is_wide)
{
    return is_wide ? ((const uint16_t *)text)[index] : ((const unsigned char *)text)[index];
}

static void put_text(struct target *out, const struct specification *spec, const void *text, size_t longest, int is_wide)
{
    size_t length = 0;
    if (text == NULL) text = "(null)", is_wide = 0, longest = SIZE_MAX;
    if (spec->precision >= 0 && (size_t)spec->precision < longest) longest = (size_t)spec->precision;
    while (length < longest && unit_at(text, length, is_wide) != 0) length++;
    int padding = length < (size_t)spec->width ? spec->width - (int)length : 0;
    if (!spec->left) pad(out, padding);
    for (size_t index = 0; index < length; index++) put_converted(out, unit_at(text, index, is_wide), is_wide);
    if (spec->left) pad(out, padding);
}

static int is_size(const struct specification *spec, const char *size) { return strcmp(spec->size, size) == 0; }

static int is_64(const struct specification *spec)
{
    return is_size(spec, "I64") || is_size(spec, "ll") || is_size(spec, "I") || is_size(spec, "z") || is_size(spec, "t")
        || is_size(spec, "j");
}

/* glibc writes the number itself. */
static void put_number(struct target *out, const struct specification *spec, const char *kind, ...)
{
    char format[32], text[600];
    va_list arguments;
    snprintf(format, sizeof format, "%%%s%s%s%s%s*.*%s", spec->left ? "-" : "", spec->plus ? "+" : "",
        spec->space ? " " : "", spec->alternative ? "#" : "", spec->zero ? "0" : "", kind);
    va_start(arguments, kind);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    for (const char *at = text; *at != 0; at++) put(out, (unsigned char)*at);
}

static int bounded(int value) { return value > 500 ? 500 : value; }

static void put_integer(struct target *out, const struct specification *spec, char kind, va_list *arguments)
{
    const char text[] = { 'l', 'l', kind, 0 };
    int is_signed = kind == 'd' || kind == 'i';
    long long value;
    if (is_64(spec)) value = va_arg(*arguments, long long);
    else if (is_size(spec, "h")) value = is_signed ? (short)va_arg(*arguments, int) : (unsigned short)va_arg(*arguments, int);
    else if (is_size(spec, "hh")) value = is_signed ? (signed char)va_arg(*arguments, int) : (unsigned char)va_arg(*arguments, int);
    else value = is_signed ? va_arg(*arguments, int) : (long long)va_arg(*arguments, unsigned);
    put_number(out, spec, text, bounded(spec->width), spec->precision < 0 ? -1 : bounded(spec->precision), value);
}

static void put_pointer(struct target *out, const struct specification *spec, const void *value)
{
    char text[24];
    struct specification plain = *spec;
    snprintf(text, sizeof text, "%016llX", (unsigned long long)(uintptr_t)value);
    plain.precision = -1;
    put_text(out, &plain, text, SIZE_MAX, 0);
}

/* Whether a character or string is wide: w, l and h say so, and otherwise the form of the call (%s) or the other one (%S). */
static int is_wide(const struct target *out, const struct specification *spec, int is_other)
{
    if (is_size(spec, "w") || is_size(spec, "l")) return 1;
    return is_size(spec, "h") ? 0 : out->wide != is_other;
}

static void put_one(struct target *out, const struct specification *spec, char kind, va_list *arguments)
{
    const struct counted *string;
    uint16_t one[2] = { 0, 0 };
    switch (kind) {
        case 'Z':
            string = va_arg(*arguments, const struct counted *);
            if (string == NULL) put_text(out, spec, NULL, 0, 0);
            else if (is_size(spec, "w") || is_size(spec, "l")) put_text(out, spec, string->buffer, string->length / 2u, 1);
            else put_text(out, spec, string->buffer, string->length, 0);
            return;
        case 's': case 'S':
            put_text(out, spec, va_arg(*arguments, const void *), SIZE_MAX, is_wide(out, spec, kind == 'S'));
            return;
        case 'c': case 'C':
            one[0] = (uint16_t)va_arg(*arguments, int);
            if (!is_wide(out, spec, kind == 'C')) one[0] &= 0xff;
            pad(out, spec->left ? 0 : spec->width - 1);
            put_converted(out, one[0], is_wide(out, spec, kind == 'C'));
            pad(out, spec->left ? spec->width - 1 : 0);
            return;
        case 'p':
            put_pointer(out, spec, va_arg(*arguments, const void *));
            return;
        case 'd': case 'i': case 'u': case 'x': case 'X': case 'o':
            put_integer(out, spec, kind, arguments);
            return;
        case 'e': case 'E': case 'f': case 'g': case 'G':
            put_number(out, spec, (const char[]) { kind, 0 }, bounded(spec->width),
                spec->precision < 0 ? -1 : spec->precision > 60 ? 60 : spec->precision, va_arg(*arguments, double));
            return;
        default:
            /* What is no specification stands for itself: "%%", and a "%" alone. */
            if (kind != '%') put(out, '%');
            put(out, (unsigned char)kind);
            return;
    }
}

static size_t number(const void *format, size_t at, int wide, int *value, va_list *arguments)
{
    if (unit_at(format, at, wide) == '*') {
        *value = va_arg(*arguments, int);
        return at + 1;
    }
    for (*value = 0; unit_at(format, at, wide) >= '0' && unit_at(format, at, wide) <= '9'; at++) {
        if (*value < 100000) *value = *value * 10 + (int)(unit_at(format, at, wide) - '0');
    }
    return at;
}

static size_t flags(const void *format, size_t at, int wide, struct specification *spec)
{
    for (;; at++) {
        switch (unit_at(format, at, wide)) {
            case '-': spec->left = 1; break;
            case '+': spec->plus = 1; break;
            case ' ': spec->space = 1; break;
            case '#': spec->alternative = 1; break;
            case '0': spec->zero = 1; break;
            default: return at;
        }
    }
}

static size_t size_of(const void *format, size_t at, int wide, struct specification *spec)
{
    size_t length = 0;
    for (;; at++) {
        unsigned unit = unit_at(format, at, wide);
        int is_width = length > 0 && spec->size[0] == 'I' && unit >= '2' && unit <= '6';
        if (unit == 0 || unit > 0x7f || (strchr("hlLwIztj", (int)unit) == NULL && !is_width)) break;
        if (length + 1 < sizeof spec->size) spec->size[length++] = (char)unit;
    }
    spec->size[length] = 0;
    return at;
}

static size_t format_text(struct target *out, const void *format, va_list *arguments)
{
    for (size_t at = 0; unit_at(format, at, out->wide) != 0;) {
        struct specification spec = { .precision = -1 };
        unsigned unit = unit_at(format, at++, out->wide);
        if (unit != '%') {
            put(out, unit);
            continue;
        }
        at = flags(format, at, out->wide, &spec);
        at = number(format, at, out->wide, &spec.width, arguments);
        if (spec.width < 0) spec.left = 1, spec.width = spec.width == INT_MIN ? 0 : -spec.width;
        if (unit_at(format, at, out->wide) == '.') at = number(format, at + 1, out->wide, &spec.precision, arguments);
        at = size_of(format, at, out->wide, &spec);
        unit = unit_at(format, at, out->wide);
        if (unit == 0) break;
        at++;
        put_one(out, &spec, unit < 0x80 ? (char)unit : '?', arguments);
    }
    if (out->count > 0) {
        size_t end = out->length < out->count ? out->length : out->count - 1;
        if (out->wide) ((uint16_t *)out->buffer)[end] = 0;
        else ((char *)out->buffer)[end] = 0;
    }
    return out->length;
}

size_t NonpagedFormatA(char *buffer, size_t count, const char *format, va_list arguments)
{
    struct target out = { buffer, count, 0, 0 };
    va_list copy;
    va_copy(copy, arguments);
    format_text(&out, format, &copy);
    va_end(copy);
    return out.length;
}

size_t NonpagedFormatW(uint16_t *buffer, size_t count, const uint16_t *format, va_list arguments)
{
    struct target out = { buffer, count, 0, 1 };
    va_list copy;
    va_copy(copy, arguments);
    format_text(&out, format, &copy);
    va_end(copy);
    return out.length;
}
